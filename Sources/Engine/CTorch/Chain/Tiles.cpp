#include "Tiles.hpp"

#include "Rounding.hpp"

#include <type_traits>

namespace ctorch::tiles {

namespace {

/// The most columns of a tile that are taken at a time.
constexpr int64_t mostColumns = 256;

const char *at(const States &states, int64_t row) { return states.rows[row] + states.offset; }

/// For any machine and any type: row by row.
template <typename Number> void enterPlainly(const Entering &all, const Operands<Number> &operands) {
    alignas(64) float y[mostColumns];
    const int64_t columns = all.columns;
    for (int64_t row = 0; row < all.rows; ++row) {
        float *state = all.state + row * all.columns;
        rows::add(state, all.change + row * columns, columns);
        std::memset(y, 0, sizeof y);
        if (all.first.rows) rows::read(y, at(all.first, row), all.first.type, all.q, columns);
        if (all.second.rows) rows::readAdding(y, at(all.second, row), all.second.type, all.s, columns);
        rows::mix(state, all.p, all.bias, y, columns);
        if (row % 2 == 1)
            rows::storePair(
                state - columns, state, operands.left + (row - 1) * columns, operands.left + row * columns,
                operands.right + (row - 1) * columns, columns);
    }
}

template <typename Number> Dots leavePlainly(const Leaving<Number> &all, const Operands<Number> &operands) {
    alignas(64) float x[2 * mostColumns], y[mostColumns];
    const int64_t columns = all.columns;
    Dots dots;
    for (int64_t row = 0; row < all.rows; ++row) {
        float *gradient = all.gradient + row * all.columns;
        if (all.inputs) {
            if (row % 2 == 0) rows::separate(x, x + columns, all.inputs + row * columns, columns);
            dots.inputs += rows::dot(gradient, x + row % 2 * columns, columns);
        }
        rows::add(gradient, all.change + row * columns, columns);
        if (all.first.rows) {
            rows::read(y, at(all.first, row), all.first.type, 1, columns);
            if (all.second.rows) rows::readAdding(y, at(all.second, row), all.second.type, -1, columns);
            else rows::addScaled(y, -1, x + row % 2 * columns, columns);
            dots.states += rows::dot(gradient, y, columns);
        }
        rows::scale(gradient, all.p, gradient, columns);
        rows::add(all.sum, gradient, columns);
        if (row % 2 == 1)
            rows::storePair(
                gradient - columns, gradient, operands.left + (row - 1) * columns, operands.left + row * columns,
                operands.right + (row - 1) * columns, columns);
    }
    return dots;
}

#if CTORCH_MACHINE_ROUNDS
using namespace rounding;

uint16_t *bits(at::BFloat16 *x) { return reinterpret_cast<uint16_t *>(x); }

/// 16 numbers of q A + s B.
template <typename State, int tables>
CTORCH_ROUNDING inline __m512 mixed(const Entering &all, const char *a, const char *b, int64_t i) {
    if constexpr (tables == 0) return _mm512_setzero_ps();
    const __m512 first = _mm512_mul_ps(_mm512_set1_ps(all.q), load(reinterpret_cast<const State *>(a) + i));
    if constexpr (tables < 2) return first;
    return _mm512_fmadd_ps(_mm512_set1_ps(all.s), load(reinterpret_cast<const State *>(b) + i), first);
}

template <typename State, int tables>
CTORCH_ROUNDING inline __m512 entered(const Entering &all, const char *a, const char *b, int64_t row, int64_t i) {
    float *state = all.state + row * all.columns + i;
    const __m512 sum = _mm512_add_ps(
        _mm512_add_ps(_mm512_loadu_ps(state), _mm512_loadu_ps(all.change + row * all.columns + i)), _mm512_loadu_ps(all.bias + i));
    const __m512 x = _mm512_fmadd_ps(_mm512_set1_ps(all.p), sum, mixed<State, tables>(all, a, b, i));
    _mm512_storeu_ps(state, x);
    return x;
}

template <typename State, int tables>
CTORCH_ROUNDING void enterByMachine(const Entering all, const Operands<at::BFloat16> operands) {
    for (int64_t row = 0; row < all.rows; row += 2) {
        const char *a[2] = {}, *b[2] = {};
        for (int64_t one = 0; one < 2; ++one) {
            if constexpr (tables > 0) a[one] = at(all.first, row + one);
            if constexpr (tables > 1) b[one] = at(all.second, row + one);
        }
        uint16_t *left = bits(operands.left) + row * all.columns, *right = bits(operands.right) + row * all.columns;
        for (int64_t i = 0; i < all.columns; i += 32) {
            const __m512 low0 = entered<State, tables>(all, a[0], b[0], row, i);
            const __m512 high0 = entered<State, tables>(all, a[0], b[0], row, i + 16);
            const __m512 low1 = entered<State, tables>(all, a[1], b[1], row + 1, i);
            const __m512 high1 = entered<State, tables>(all, a[1], b[1], row + 1, i + 16);
            storePairs(rounded(low0, high0), rounded(low1, high1), left + i, left + all.columns + i, right + 2 * i);
        }
    }
}

template <typename State> void enterByMachine(const Entering all, const Operands<at::BFloat16> operands) {
    (all.second.rows      ? enterByMachine<State, 2>
         : all.first.rows ? enterByMachine<State, 1>
                          : enterByMachine<State, 0>)(all, operands);
}

/// What is multiplied with the gradients.
enum class Factor { none, inputs, states, inputsAndStates };

/// Sums of products.
struct Totals {
    __m512 inputs, states;
};

/// 16 gradients dx, of which `totals` take up the products.
template <typename State, Factor factor>
CTORCH_ROUNDING inline __m512 left(
    const Leaving<at::BFloat16> &all, const char *a, const char *b, __m512 x, int64_t row, int64_t i, Totals &totals) {
    const __m512 before = _mm512_loadu_ps(all.gradient + row * all.columns + i);
    if constexpr (factor == Factor::inputs || factor == Factor::inputsAndStates) totals.inputs = _mm512_fmadd_ps(before, x, totals.inputs);
    const __m512 gradient = _mm512_add_ps(before, _mm512_loadu_ps(all.change + row * all.columns + i));
    if constexpr (factor == Factor::states) {
        const __m512 difference =
            _mm512_sub_ps(load(reinterpret_cast<const State *>(a) + i), load(reinterpret_cast<const State *>(b) + i));
        totals.states = _mm512_fmadd_ps(gradient, difference, totals.states);
    }
    if constexpr (factor == Factor::inputsAndStates)
        totals.states =
            _mm512_fmadd_ps(gradient, _mm512_sub_ps(load(reinterpret_cast<const State *>(a) + i), x), totals.states);
    const __m512 next = _mm512_mul_ps(_mm512_set1_ps(all.p), gradient);
    _mm512_storeu_ps(all.gradient + row * all.columns + i, next);
    return next;
}

template <typename State, Factor factor>
CTORCH_ROUNDING Dots leaveByMachine(const Leaving<at::BFloat16> all, const Operands<at::BFloat16> operands) {
    Totals totals{_mm512_setzero_ps(), _mm512_setzero_ps()};
    for (int64_t row = 0; row < all.rows; row += 2) {
        const char *a[2] = {}, *b[2] = {};
        for (int64_t one = 0; one < 2; ++one) {
            if constexpr (factor == Factor::states || factor == Factor::inputsAndStates) a[one] = at(all.first, row + one);
            if constexpr (factor == Factor::states) b[one] = at(all.second, row + one);
        }
        uint16_t *out = bits(operands.left) + row * all.columns, *right = bits(operands.right) + row * all.columns;
        for (int64_t i = 0; i < all.columns; i += 32) {
            __m512 x[4] = {};  // of both rows, the first and the second 16
            if constexpr (factor == Factor::inputs || factor == Factor::inputsAndStates) {
                for (int half = 0; half < 2; ++half) {
                    const __m512i pairs = _mm512_loadu_si512(all.inputs + row * all.columns + 2 * i + 32 * half);
                    x[half] = _mm512_castsi512_ps(_mm512_slli_epi32(pairs, 16));
                    x[2 + half] = _mm512_castsi512_ps(_mm512_and_si512(pairs, _mm512_set1_epi32(static_cast<int>(0xffff0000u))));
                }
            }
            const __m512 low0 = left<State, factor>(all, a[0], b[0], x[0], row, i, totals);
            const __m512 high0 = left<State, factor>(all, a[0], b[0], x[1], row, i + 16, totals);
            const __m512 low1 = left<State, factor>(all, a[1], b[1], x[2], row + 1, i, totals);
            const __m512 high1 = left<State, factor>(all, a[1], b[1], x[3], row + 1, i + 16, totals);
            storePairs(rounded(low0, high0), rounded(low1, high1), out + i, out + all.columns + i, right + 2 * i);
            _mm512_storeu_ps(all.sum + i, _mm512_add_ps(_mm512_loadu_ps(all.sum + i), _mm512_add_ps(low0, low1)));
            _mm512_storeu_ps(all.sum + i + 16, _mm512_add_ps(_mm512_loadu_ps(all.sum + i + 16), _mm512_add_ps(high0, high1)));
        }
    }
    return {_mm512_reduce_add_ps(totals.inputs), _mm512_reduce_add_ps(totals.states)};
}

template <typename State> Dots leaveByMachine(const Leaving<at::BFloat16> all, const Operands<at::BFloat16> operands) {
    return (all.second.rows ? leaveByMachine<State, Factor::states> : leaveByMachine<State, Factor::inputsAndStates>)(all, operands);
}
#endif

/// Whether all states are of one type, as the machine's own forms need them.
bool areAlike(const States &first, const States &second) { return !second.rows || first.type == second.type; }

} // namespace

void enter(const Entering &entering, const Operands<float> &operands) { enterPlainly(entering, operands); }

void enter(const Entering &entering, const Operands<at::BFloat16> &operands) {
#if CTORCH_MACHINE_ROUNDS
    if (machineRounds && entering.columns % 32 == 0 && areAlike(entering.first, entering.second)) {
        switch (entering.first.type) {
        case at::kHalf: return enterByMachine<_Float16>(entering, operands);
        case at::kBFloat16: return enterByMachine<uint16_t>(entering, operands);
        default: return enterByMachine<float>(entering, operands);
        }
    }
#endif
    enterPlainly(entering, operands);
}

Dots leave(const Leaving<float> &leaving, const Operands<float> &operands) { return leavePlainly(leaving, operands); }

Dots leave(const Leaving<at::BFloat16> &leaving, const Operands<at::BFloat16> &operands) {
#if CTORCH_MACHINE_ROUNDS
    if (machineRounds && leaving.columns % 32 == 0 && areAlike(leaving.first, leaving.second)) {
        if (!leaving.first.rows)
            return (leaving.inputs ? leaveByMachine<float, Factor::inputs> : leaveByMachine<float, Factor::none>)(leaving, operands);
        switch (leaving.first.type) {
        case at::kHalf: return leaveByMachine<_Float16>(leaving, operands);
        case at::kBFloat16: return leaveByMachine<uint16_t>(leaving, operands);
        default: return leaveByMachine<float>(leaving, operands);
        }
    }
#endif
    return leavePlainly(leaving, operands);
}

} // namespace ctorch::tiles
