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

template <typename Number> double leavePlainly(const Leaving<Number> &all, const Operands<Number> &operands) {
    alignas(64) float x[2 * mostColumns], y[mostColumns];
    const int64_t columns = all.columns;
    double total = 0;
    for (int64_t row = 0; row < all.rows; ++row) {
        float *gradient = all.gradient + row * all.columns;
        if (all.inputs) {
            if (row % 2 == 0) rows::separate(x, x + columns, all.inputs + row * columns, columns);
            total += rows::dot(gradient, x + row % 2 * columns, columns);
        }
        rows::add(gradient, all.change + row * columns, columns);
        if (all.first.rows) {
            rows::read(y, at(all.first, row), all.first.type, 1, columns);
            rows::readAdding(y, at(all.second, row), all.second.type, -1, columns);
            total += rows::dot(gradient, y, columns);
        }
        rows::scale(gradient, all.p, gradient, columns);
        rows::add(all.sum, gradient, columns);
        if (row % 2 == 1)
            rows::storePair(
                gradient - columns, gradient, operands.left + (row - 1) * columns, operands.left + row * columns,
                operands.right + (row - 1) * columns, columns);
    }
    return total;
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
enum class Factor { none, inputs, states };

/// 16 gradients dx, of which `total` takes up the products.
template <typename State, Factor factor>
CTORCH_ROUNDING inline __m512 left(
    const Leaving<at::BFloat16> &all, const char *a, const char *b, __m512 x, int64_t row, int64_t i, __m512 &total) {
    const __m512 before = _mm512_loadu_ps(all.gradient + row * all.columns + i);
    if constexpr (factor == Factor::inputs) total = _mm512_fmadd_ps(before, x, total);
    const __m512 gradient = _mm512_add_ps(before, _mm512_loadu_ps(all.change + row * all.columns + i));
    if constexpr (factor == Factor::states) {
        const __m512 difference =
            _mm512_sub_ps(load(reinterpret_cast<const State *>(a) + i), load(reinterpret_cast<const State *>(b) + i));
        total = _mm512_fmadd_ps(gradient, difference, total);
    }
    const __m512 next = _mm512_mul_ps(_mm512_set1_ps(all.p), gradient);
    _mm512_storeu_ps(all.gradient + row * all.columns + i, next);
    return next;
}

template <typename State, Factor factor>
CTORCH_ROUNDING double leaveByMachine(const Leaving<at::BFloat16> all, const Operands<at::BFloat16> operands) {
    __m512 total = _mm512_setzero_ps();
    for (int64_t row = 0; row < all.rows; row += 2) {
        const char *a[2] = {}, *b[2] = {};
        if constexpr (factor == Factor::states) {
            for (int64_t one = 0; one < 2; ++one) a[one] = at(all.first, row + one), b[one] = at(all.second, row + one);
        }
        uint16_t *out = bits(operands.left) + row * all.columns, *right = bits(operands.right) + row * all.columns;
        for (int64_t i = 0; i < all.columns; i += 32) {
            __m512 x[4] = {};  // of both rows, the first and the second 16
            if constexpr (factor == Factor::inputs) {
                for (int half = 0; half < 2; ++half) {
                    const __m512i pairs = _mm512_loadu_si512(all.inputs + row * all.columns + 2 * i + 32 * half);
                    x[half] = _mm512_castsi512_ps(_mm512_slli_epi32(pairs, 16));
                    x[2 + half] = _mm512_castsi512_ps(_mm512_and_si512(pairs, _mm512_set1_epi32(static_cast<int>(0xffff0000u))));
                }
            }
            const __m512 low0 = left<State, factor>(all, a[0], b[0], x[0], row, i, total);
            const __m512 high0 = left<State, factor>(all, a[0], b[0], x[1], row, i + 16, total);
            const __m512 low1 = left<State, factor>(all, a[1], b[1], x[2], row + 1, i, total);
            const __m512 high1 = left<State, factor>(all, a[1], b[1], x[3], row + 1, i + 16, total);
            storePairs(rounded(low0, high0), rounded(low1, high1), out + i, out + all.columns + i, right + 2 * i);
            _mm512_storeu_ps(all.sum + i, _mm512_add_ps(_mm512_loadu_ps(all.sum + i), _mm512_add_ps(low0, low1)));
            _mm512_storeu_ps(all.sum + i + 16, _mm512_add_ps(_mm512_loadu_ps(all.sum + i + 16), _mm512_add_ps(high0, high1)));
        }
    }
    return _mm512_reduce_add_ps(total);
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

double leave(const Leaving<float> &leaving, const Operands<float> &operands) { return leavePlainly(leaving, operands); }

double leave(const Leaving<at::BFloat16> &leaving, const Operands<at::BFloat16> &operands) {
#if CTORCH_MACHINE_ROUNDS
    if (machineRounds && leaving.columns % 32 == 0 && areAlike(leaving.first, leaving.second)) {
        if (leaving.inputs) return leaveByMachine<float, Factor::inputs>(leaving, operands);
        if (!leaving.first.rows) return leaveByMachine<float, Factor::none>(leaving, operands);
        switch (leaving.first.type) {
        case at::kHalf: return leaveByMachine<_Float16, Factor::states>(leaving, operands);
        case at::kBFloat16: return leaveByMachine<uint16_t, Factor::states>(leaving, operands);
        default: return leaveByMachine<float, Factor::states>(leaving, operands);
        }
    }
#endif
    return leavePlainly(leaving, operands);
}

} // namespace ctorch::tiles
