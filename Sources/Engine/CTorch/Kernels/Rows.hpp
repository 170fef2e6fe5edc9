// Elementwise work on rows of numbers. Counts are multiples of 16. Each loop stands here once, and below it the function that calls it in the
// form of the machine.
#pragma once

#include "Vector.hpp"

#include <utility>

namespace ctorch::rows {

/// y = y + a.
CTORCH_VECTORISED void addLoop(float *y, const float *a, int64_t count) {
    for (int64_t i = 0; i < count; i += lanes) ctorch::store(y + i, load(y + i) + load(a + i));
}
inline constexpr const auto &add = Vectorised<addLoop>::call;

/// x = m x.
CTORCH_VECTORISED void multiplyLoop(float *x, const float *m, int64_t count) {
    for (int64_t i = 0; i < count; i += lanes) ctorch::store(x + i, load(x + i) * load(m + i));
}
inline constexpr const auto &multiply = Vectorised<multiplyLoop>::call;

/// y = q (x + z).
CTORCH_VECTORISED void scaleSumLoop(float *y, float q, const float *x, const float *z, int64_t count) {
    for (int64_t i = 0; i < count; i += lanes) ctorch::store(y + i, q * (load(x + i) + load(z + i)));
}
inline constexpr const auto &scaleSum = Vectorised<scaleSumLoop>::call;

/// y = max(y + b, 0); not a number stays so.
CTORCH_VECTORISED void rectifyLoop(float *y, const float *b, int64_t count) {
    for (int64_t i = 0; i < count; i += lanes) {
        const Vector sum = load(y + i) + load(b + i);
        ctorch::store(y + i, {sum.lanes < 0 ? Vector::Lanes{} : sum.lanes});
    }
}
inline constexpr const auto &rectify = Vectorised<rectifyLoop>::call;

/// Zeroes y where a is not above 0, and adds it onto `sum`.
template <typename Number> CTORCH_VECTORISED void rectifyGradientLoop(float *y, const Number *a, float *sum, int64_t count) {
    for (int64_t i = 0; i < count; i += lanes) {
        const Vector kept{load(a + i).lanes > 0 ? load(y + i).lanes : Vector::Lanes{}};
        ctorch::store(y + i, kept);
        ctorch::store(sum + i, load(sum + i) + kept);
    }
}
template <typename Number> constexpr const auto &rectifyGradient = Vectorised<rectifyGradientLoop<Number>>::call;

/// Sum of g y.
template <typename Number> CTORCH_VECTORISED float dotLoop(const float *g, const Number *y, int64_t count) {
    Vector total{};
    for (int64_t i = 0; i < count; i += lanes) total = fused(load(g + i), load(y + i), total);
    return sum(total);
}
template <typename Number> constexpr const auto &dot = Vectorised<dotLoop<Number>>::call;

/// y = x.
template <bool byMachine, typename Number> CTORCH_VECTORISED void storeLoop(Number *y, const float *x, int64_t count) {
    for (int64_t i = 0; i < count; i += lanes) ctorch::store<byMachine>(y + i, load(x + i));
}
template <typename Number>
constexpr const auto &store = Vectorised<storeLoop<false, Number>, storeLoop<rounds<Number>, Number>>::call;

/// Two rows side by side, as in a right operand (Products.hpp).
template <bool byMachine> CTORCH_VECTORISED void storePairLoop(BFloat16 *right, const float *x0, const float *x1, int64_t count) {
    for (int64_t i = 0; i < count; i += lanes) ctorch::storePair<byMachine>(right, count, i, load(x0 + i), load(x1 + i));
}
inline constexpr const auto &storePair = Vectorised<storePairLoop<false>, storePairLoop<true>>::call;

/// Words of a square whose row and column differ in one bit of their numbers change places.
template <int bit, int... i> CTORCH_VECTORISED void exchange(Words *rows, std::integer_sequence<int, i...>) {
    for (int row = 0; row < lanes; ++row) {
        if (row & bit) continue;
        const Words::Lanes a = rows[row].lanes, b = rows[row + bit].lanes;
        rows[row].lanes = __builtin_shufflevector(a, b, (i & bit ? lanes + i - bit : i)...);
        rows[row + bit].lanes = __builtin_shufflevector(a, b, (i & bit ? lanes + i : i + bit)...);
    }
}

/// out [columns, rows] = in [rows, columns], of words of four bytes; rows and columns are multiples of 16.
CTORCH_VECTORISED void transposeLoop(
    void *out, int64_t outStride, const void *in, int64_t inStride, int64_t rows, int64_t columns) {
    constexpr std::make_integer_sequence<int, lanes> all{};
    for (int64_t row = 0; row < rows; row += lanes)
        for (int64_t column = 0; column < columns; column += lanes) {
            Words square[lanes];
            const auto *source = static_cast<const uint32_t *>(in) + row * inStride + column;
            for (int i = 0; i < lanes; ++i) square[i] = read<Words>(source + i * inStride);
            exchange<1>(square, all);
            exchange<2>(square, all);
            exchange<4>(square, all);
            exchange<8>(square, all);
            auto *target = static_cast<uint32_t *>(out) + column * outStride + row;
            for (int i = 0; i < lanes; ++i) write(target + i * outStride, square[i]);
        }
}
inline constexpr const auto &transpose = Vectorised<transposeLoop>::call;

/// In place, as LibTorch has them: exp x, GELU, and from g the gradient of GELU's x.
void exponentiate(float *x, int64_t count);
void gelu(float *x, int64_t count);
void geluGradient(float *g, const float *x, int64_t count);

} // namespace ctorch::rows
