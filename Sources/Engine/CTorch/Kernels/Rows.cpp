#include "Rows.hpp"

#include <utility>

namespace ctorch::rows {

namespace {

CTORCH_VECTORISED void addAll(float *y, const float *a, int64_t count) {
    for (int64_t i = 0; i < count; i += lanes) ctorch::store(y + i, load(y + i) + load(a + i));
}

CTORCH_VECTORISED void multiplyAll(float *x, const float *m, int64_t count) {
    for (int64_t i = 0; i < count; i += lanes) ctorch::store(x + i, load(x + i) * load(m + i));
}

CTORCH_VECTORISED void scaleSumAll(float *y, float q, const float *x, const float *z, int64_t count) {
    for (int64_t i = 0; i < count; i += lanes) ctorch::store(y + i, q * (load(x + i) + load(z + i)));
}

CTORCH_VECTORISED void rectifyAll(float *y, const float *b, int64_t count) {
    for (int64_t i = 0; i < count; i += lanes) {
        const Vector sum = load(y + i) + load(b + i);
        ctorch::store(y + i, {sum.lanes < 0 ? Vector::Lanes{} : sum.lanes});
    }
}

template <typename Number> CTORCH_VECTORISED void rectifyGradientAll(float *y, const Number *a, float *sum, int64_t count) {
    for (int64_t i = 0; i < count; i += lanes) {
        const Vector kept{load(a + i).lanes > 0 ? load(y + i).lanes : Vector::Lanes{}};
        ctorch::store(y + i, kept);
        ctorch::store(sum + i, load(sum + i) + kept);
    }
}

template <typename Number> CTORCH_VECTORISED float dotAll(const float *g, const Number *y, int64_t count) {
    Vector total{};
    for (int64_t i = 0; i < count; i += lanes) total = fused(load(g + i), load(y + i), total);
    return sum(total);
}

template <bool byMachine> CTORCH_VECTORISED void storeAll(BFloat16 *y, const float *x, int64_t count) {
    for (int64_t i = 0; i < count; i += lanes) ctorch::store<byMachine>(y + i, load(x + i));
}

template <bool byMachine> CTORCH_VECTORISED void storePairs(BFloat16 *right, const float *x0, const float *x1, int64_t count) {
    for (int64_t i = 0; i < count; i += lanes) ctorch::storePair<byMachine>(right, count, i, load(x0 + i), load(x1 + i));
}

/// Words of a square whose row and column differ in one bit of their numbers change places.
template <int bit, int... i> CTORCH_VECTORISED void exchange(Words *rows, std::integer_sequence<int, i...>) {
    for (int row = 0; row < lanes; ++row) {
        if (row & bit) continue;
        const Words::Lanes a = rows[row].lanes, b = rows[row + bit].lanes;
        rows[row].lanes = __builtin_shufflevector(a, b, (i & bit ? lanes + i - bit : i)...);
        rows[row + bit].lanes = __builtin_shufflevector(a, b, (i & bit ? lanes + i : i + bit)...);
    }
}

CTORCH_VECTORISED void transposeSquares(
    uint32_t *out, int64_t outStride, const uint32_t *in, int64_t inStride, int64_t rows, int64_t columns) {
    constexpr std::make_integer_sequence<int, lanes> all{};
    for (int64_t row = 0; row < rows; row += lanes)
        for (int64_t column = 0; column < columns; column += lanes) {
            Words square[lanes];
            for (int i = 0; i < lanes; ++i) square[i] = read<Words>(in + (row + i) * inStride + column);
            exchange<1>(square, all);
            exchange<2>(square, all);
            exchange<4>(square, all);
            exchange<8>(square, all);
            for (int i = 0; i < lanes; ++i) write(out + (column + i) * outStride + row, square[i]);
        }
}

} // namespace

void add(float *y, const float *a, int64_t count) { Vectorised<addAll>::call(y, a, count); }
void multiply(float *x, const float *m, int64_t count) { Vectorised<multiplyAll>::call(x, m, count); }
void scaleSum(float *y, float q, const float *x, const float *z, int64_t count) { Vectorised<scaleSumAll>::call(y, q, x, z, count); }
void rectify(float *y, const float *b, int64_t count) { Vectorised<rectifyAll>::call(y, b, count); }
void rectifyGradient(float *y, const float *a, float *sum, int64_t count) {
    Vectorised<rectifyGradientAll<float>>::call(y, a, sum, count);
}
void rectifyGradient(float *y, const BFloat16 *a, float *sum, int64_t count) {
    Vectorised<rectifyGradientAll<BFloat16>>::call(y, a, sum, count);
}
float dot(const float *g, const float *y, int64_t count) { return Vectorised<dotAll<float>>::call(g, y, count); }
float dot(const float *g, const BFloat16 *y, int64_t count) { return Vectorised<dotAll<BFloat16>>::call(g, y, count); }
void store(float *y, const float *x, int64_t count) { std::memcpy(y, x, count * sizeof *y); }
void store(BFloat16 *y, const float *x, int64_t count) { Vectorised<storeAll<false>, storeAll<true>>::call(y, x, count); }
void storePair(BFloat16 *right, const float *x0, const float *x1, int64_t count) {
    Vectorised<storePairs<false>, storePairs<true>>::call(right, x0, x1, count);
}
void transpose(void *out, int64_t outStride, const void *in, int64_t inStride, int64_t rows, int64_t columns) {
    Vectorised<transposeSquares>::call(
        static_cast<uint32_t *>(out), outStride, static_cast<const uint32_t *>(in), inStride, rows, columns);
}

} // namespace ctorch::rows
