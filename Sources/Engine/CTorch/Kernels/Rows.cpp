#include "Rows.hpp"

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

CTORCH_VECTORISED void transposeSquares(
    uint32_t *out, int64_t outStride, const uint32_t *in, int64_t inStride, int64_t rows, int64_t columns) {
    using Lanes = Words::Lanes;
    for (int64_t row = 0; row < rows; row += 16) {
        for (int64_t column = 0; column < columns; column += 16) {
            Lanes w[16];
            for (int i = 0; i < 16; ++i) w[i] = *reinterpret_cast<const Lanes *>(in + (row + i) * inStride + column);
            // Four rounds: words whose row and column differ in one bit of their numbers change places.
            for (int i = 0; i < 16; i += 2) {
                const Lanes a = w[i], b = w[i + 1];
                w[i] = __builtin_shufflevector(a, b, 0, 16, 2, 18, 4, 20, 6, 22, 8, 24, 10, 26, 12, 28, 14, 30);
                w[i + 1] = __builtin_shufflevector(a, b, 1, 17, 3, 19, 5, 21, 7, 23, 9, 25, 11, 27, 13, 29, 15, 31);
            }
            for (int j = 0; j < 16; j += 4)
                for (int i = j; i < j + 2; ++i) {
                    const Lanes a = w[i], b = w[i + 2];
                    w[i] = __builtin_shufflevector(a, b, 0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29);
                    w[i + 2] = __builtin_shufflevector(a, b, 2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15, 30, 31);
                }
            for (int j = 0; j < 16; j += 8)
                for (int i = j; i < j + 4; ++i) {
                    const Lanes a = w[i], b = w[i + 4];
                    w[i] = __builtin_shufflevector(a, b, 0, 1, 2, 3, 16, 17, 18, 19, 8, 9, 10, 11, 24, 25, 26, 27);
                    w[i + 4] = __builtin_shufflevector(a, b, 4, 5, 6, 7, 20, 21, 22, 23, 12, 13, 14, 15, 28, 29, 30, 31);
                }
            for (int i = 0; i < 8; ++i) {
                const Lanes a = w[i], b = w[i + 8];
                w[i] = __builtin_shufflevector(a, b, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23);
                w[i + 8] = __builtin_shufflevector(a, b, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31);
            }
            for (int i = 0; i < 16; ++i) *reinterpret_cast<Lanes *>(out + (column + i) * outStride + row) = w[i];
        }
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
