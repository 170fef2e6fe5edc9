// What passes between two blocks, for some columns of a tile of items. Each number is read and written once on its way from one block's
// product to the next one's.
#pragma once

#include "../Kernels/Rows.hpp"
#include "Chain.hpp"

namespace ctorch::chain {

/// Columns of a tile whose numbers stay in the nearest cache.
inline constexpr int64_t panelColumns = 128;

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

template <typename State> CTORCH_VECTORISED void widen(float *out, const char *states, int64_t count) {
    for (int64_t i = 0; i < count; i += lanes) store(out + i, load(reinterpret_cast<const State *>(states) + i));
}

/// Some columns of an item's states in float32: where they are, or in `scratch` if they are of another type or scaled.
CTORCH_VECTORISED const float *statesOf(const States &all, int64_t row, int64_t columns, float *scratch) {
    const char *states = all.rows[row] + all.offset;
    switch (all.type) {
    case StateType::float16: widen<_Float16>(scratch, states, columns); break;
    case StateType::bfloat16: widen<BFloat16>(scratch, states, columns); break;
    case StateType::float32:
        if (!all.means) return reinterpret_cast<const float *>(states);
        widen<float>(scratch, states, columns);
    }
    for (int64_t i = 0; all.means && i < columns; i += lanes)
        store(scratch + i, (load(scratch + i) - load(all.means + i)) * load(all.scales + i));
    return scratch;
}

/// Two items' states of both tables, as far as there are `tables`.
struct Pair {
    alignas(64) float scratch[4][panelColumns];
    const float *first[2], *second[2];

    template <int tables> CTORCH_VECTORISED void take(const States &ofFirst, const States &ofSecond, int64_t row, int64_t columns) {
        for (int one = 0; one < 2; ++one) {
            if constexpr (tables > 0) first[one] = statesOf(ofFirst, row + one, columns, scratch[one]);
            if constexpr (tables > 1) second[one] = statesOf(ofSecond, row + one, columns, scratch[2 + one]);
        }
    }
};

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

template <bool byMachine, typename Number, int tables>
CTORCH_VECTORISED void enterRows(const Entering all, const Operands<Number> out) {
    Pair states;
    for (int64_t row = 0; row < all.rows; row += 2) {
        states.take<tables>(all.first, all.second, row, all.columns);
        for (int64_t i = 0; i < all.columns; i += lanes) {
            Vector x[2];
            for (int one = 0; one < 2; ++one) {
                const int64_t place = (row + one) * all.columns + i;
                x[one] = all.factors.p * (load(all.state + place) + load(all.change + place) + load(all.bias + i));
                if constexpr (tables > 0) x[one] = fused(all.factors.q, load(states.first[one] + i), x[one]);
                if constexpr (tables > 1) x[one] = fused(all.factors.s, load(states.second[one] + i), x[one]);
                store(all.state + place, x[one]);
            }
            storeOperands<byMachine>(out, row, all.columns, i, x[0], x[1]);
        }
    }
}

template <bool byMachine, typename Number, bool hasInputs, int tables>
CTORCH_VECTORISED Dots leaveRows(const Leaving<Number> all, const Operands<Number> out) {
    Vector ofInputs[2] = {}, ofStates[2] = {};
    Pair states;
    for (int64_t row = 0; row < all.rows; row += 2) {
        states.take<tables>(all.first, all.second, row, all.columns);
        for (int64_t i = 0; i < all.columns; i += lanes) {
            Vector x[2], next[2];
            if constexpr (hasInputs) loadPair(all.inputs + row * all.columns, all.columns, i, x[0], x[1]);
            for (int one = 0; one < 2; ++one) {
                const int64_t place = (row + one) * all.columns + i;
                const Vector before = load(all.gradient + place), dx = before + load(all.change + place);
                if constexpr (hasInputs) ofInputs[one] = fused(before, x[one], ofInputs[one]);
                if constexpr (tables > 1) x[one] = load(states.second[one] + i);
                if constexpr (tables > 0) ofStates[one] = fused(dx, load(states.first[one] + i) - x[one], ofStates[one]);
                next[one] = all.p * dx;
                store(all.gradient + place, next[one]);
            }
            storeOperands<byMachine>(out, row, all.columns, i, next[0], next[1]);
            store(all.sum + i, load(all.sum + i) + (next[0] + next[1]));
        }
    }
    return {sum(ofInputs[0] + ofInputs[1]), sum(ofStates[0] + ofStates[1])};
}

template <typename Number, int tables>
constexpr const auto &enterWith = Vectorised<enterRows<false, Number, tables>, enterRows<rounds<Number>, Number, tables>>::call;

template <typename Number> void enter(const Entering &all, const Operands<Number> &out) {
    if (!all.first.rows) enterWith<Number, 0>(all, out);
    else if (!all.second.rows) enterWith<Number, 1>(all, out);
    else enterWith<Number, 2>(all, out);
}

template <typename Number, bool hasInputs, int tables>
constexpr const auto &leaveWith =
    Vectorised<leaveRows<false, Number, hasInputs, tables>, leaveRows<rounds<Number>, Number, hasInputs, tables>>::call;

template <typename Number> Dots leave(const Leaving<Number> &all, const Operands<Number> &out) {
    if (all.second.rows) return leaveWith<Number, false, 2>(all, out);
    if (all.first.rows) return leaveWith<Number, true, 1>(all, out);
    return all.inputs ? leaveWith<Number, true, 0>(all, out) : leaveWith<Number, false, 0>(all, out);
}

} // namespace ctorch::chain
