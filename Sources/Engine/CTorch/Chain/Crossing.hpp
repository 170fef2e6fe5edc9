// What passes between two blocks, for some columns of a tile of items. Each number is read and written once on its way from one block's
// product to the next one's.
#pragma once

#include "../Kernels/Rows.hpp"
#include "Chain.hpp"

#include <type_traits>

namespace ctorch::chain {

/// Where some items' states begin, for one block.
struct States {
    const char *const *rows = nullptr;  ///< [rows], or null where there is no table
    int64_t offset = 0;                 ///< the bytes from there to the columns
    StateType type = StateType::float32;
    const float *means = nullptr, *scales = nullptr;  ///< a state x is (x - mean) scale [columns]; null where it is as it stands
};

/// The operands of the products that come next. Rows are even in number; what belongs to no item is finite.
template <typename Number> struct Operands {
    Number *left;   ///< [rows, columns]; in float32 the numbers themselves are the left operand, and this is not written
    Number *right;  ///< the same as a right operand (Products.hpp), or null
};

/// x = p (h + u + c) + q A + s B.
struct Entering {
    int64_t rows, columns;
    float *state;         ///< h, then x [rows, columns]
    const float *change;  ///< u [rows, columns]
    const float *bias;    ///< c [columns]
    Factors factors;
    States first, second;  ///< A and B
};

/// dx = dh + v, and p dx, which is dh of the block before.
template <typename Number> struct Leaving {
    int64_t rows, columns;
    float *gradient;      ///< dh, then p dx [rows, columns]
    const float *change;  ///< v [rows, columns]
    float p;
    float *sum;            ///< p dx is added up here [columns]
    const Number *inputs;  ///< x as a right operand, or null
    States first, second;  ///< A and B, or none; A alone only with x
};

/// The sums of dh x where there is x, and of dx (A - B) where there are states, with x for B where there is only A.
struct Dots {
    double inputs = 0, states = 0;
};

/// Stands for the type of the states of a table that is not there.
struct Nothing {};
template <typename State> constexpr bool isThere = !std::is_same_v<State, Nothing>;

template <typename State> CTORCH_VECTORISED const State *rowOf(const States &states, int64_t row) {
    return isThere<State> ? reinterpret_cast<const State *>(states.rows[row] + states.offset) : nullptr;
}

/// Some numbers of a row, of the columns from i on.
template <typename State> CTORCH_VECTORISED Vector loadState(const States &states, const State *row, int64_t i) {
    const Vector x = load(row + i);
    return states.means ? (x - load(states.means + i)) * load(states.scales + i) : x;
}

/// Some columns of two rows to the operands.
template <bool byMachine, typename Number>
CTORCH_VECTORISED void storeOperands(
    const Operands<Number> &out, int64_t row, int64_t columns, int64_t i, Vector x0, Vector x1) {
    if constexpr (group<Number> == 2) {
        store<byMachine>(out.left + row * columns + i, x0);
        store<byMachine>(out.left + (row + 1) * columns + i, x1);
    }
    if (out.right) storePair<byMachine>(out.right + row * columns, columns, i, x0, x1);
}

template <bool byMachine, typename Number, typename A, typename B>
CTORCH_VECTORISED void enterRows(const Entering all, const Operands<Number> out) {
    for (int64_t row = 0; row < all.rows; row += 2) {
        const A *a[2] = {rowOf<A>(all.first, row), rowOf<A>(all.first, row + 1)};
        const B *b[2] = {rowOf<B>(all.second, row), rowOf<B>(all.second, row + 1)};
        for (int64_t i = 0; i < all.columns; i += lanes) {
            Vector x[2];
            for (int one = 0; one < 2; ++one) {
                const int64_t place = (row + one) * all.columns + i;
                x[one] = all.factors.p * (load(all.state + place) + load(all.change + place) + load(all.bias + i));
                if constexpr (isThere<A>) x[one] = fused(all.factors.q, loadState(all.first, a[one], i), x[one]);
                if constexpr (isThere<B>) x[one] = fused(all.factors.s, loadState(all.second, b[one], i), x[one]);
                store(all.state + place, x[one]);
            }
            storeOperands<byMachine>(out, row, all.columns, i, x[0], x[1]);
        }
    }
}

template <bool byMachine, typename Number, bool hasInputs, typename A, typename B>
CTORCH_VECTORISED Dots leaveRows(const Leaving<Number> all, const Operands<Number> out) {
    Vector ofInputs[2] = {}, ofStates[2] = {};
    for (int64_t row = 0; row < all.rows; row += 2) {
        const A *a[2] = {rowOf<A>(all.first, row), rowOf<A>(all.first, row + 1)};
        const B *b[2] = {rowOf<B>(all.second, row), rowOf<B>(all.second, row + 1)};
        for (int64_t i = 0; i < all.columns; i += lanes) {
            Vector x[2], next[2];
            if constexpr (hasInputs) loadPair(all.inputs + row * all.columns, all.columns, i, x[0], x[1]);
            for (int one = 0; one < 2; ++one) {
                const int64_t place = (row + one) * all.columns + i;
                const Vector before = load(all.gradient + place), dx = before + load(all.change + place);
                if constexpr (hasInputs) ofInputs[one] = fused(before, x[one], ofInputs[one]);
                if constexpr (isThere<A>) {
                    Vector other = x[one];
                    if constexpr (isThere<B>) other = loadState(all.second, b[one], i);
                    ofStates[one] = fused(dx, loadState(all.first, a[one], i) - other, ofStates[one]);
                }
                next[one] = all.p * dx;
                store(all.gradient + place, next[one]);
            }
            storeOperands<byMachine>(out, row, all.columns, i, next[0], next[1]);
            store(all.sum + i, load(all.sum + i) + (next[0] + next[1]));
        }
    }
    return {sum(ofInputs[0] + ofInputs[1]), sum(ofStates[0] + ofStates[1])};
}

/// Calls body with a number of the states' type.
template <typename Body> auto withType(const States &states, const Body &body) {
    switch (states.type) {
    case StateType::float16: return body(_Float16());
    case StateType::bfloat16: return body(BFloat16());
    case StateType::float32: break;
    }
    return body(float());
}

template <typename Number, typename A, typename B> void enterAs(A, B, const Entering &all, const Operands<Number> &out) {
    Vectorised<enterRows<false, Number, A, B>, enterRows<rounds<Number>, Number, A, B>>::call(all, out);
}

template <bool hasInputs, typename Number, typename A, typename B>
Dots leaveAs(A, B, const Leaving<Number> &all, const Operands<Number> &out) {
    return Vectorised<leaveRows<false, Number, hasInputs, A, B>, leaveRows<rounds<Number>, Number, hasInputs, A, B>>::call(all, out);
}

template <typename Number> void enter(const Entering &all, const Operands<Number> &out) {
    if (!all.first.rows) return enterAs(Nothing(), Nothing(), all, out);
    withType(all.first, [&](auto a) {
        if (!all.second.rows) return enterAs(a, Nothing(), all, out);
        withType(all.second, [&](auto b) { enterAs(a, b, all, out); });
    });
}

template <typename Number> Dots leave(const Leaving<Number> &all, const Operands<Number> &out) {
    if (!all.first.rows)
        return all.inputs ? leaveAs<true>(Nothing(), Nothing(), all, out) : leaveAs<false>(Nothing(), Nothing(), all, out);
    return withType(all.first, [&](auto a) {
        if (!all.second.rows) return leaveAs<true>(a, Nothing(), all, out);
        return withType(all.second, [&](auto b) { return leaveAs<false>(a, b, all, out); });
    });
}

} // namespace ctorch::chain
