#include "Rows.hpp"

#include "../Vectorised.hpp"
#include "Rounding.hpp"

#include <cstring>

namespace ctorch::rows {

namespace {

using rounding::ofBits;
using rounding::rounded;

CTORCH_VECTORISED void readHalf(float *__restrict y, const _Float16 *__restrict x, float q, int64_t count) {
    for (int64_t i = 0; i < count; ++i) y[i] = q * static_cast<float>(x[i]);
}
CTORCH_VECTORISED void readBits(float *__restrict y, const uint16_t *__restrict x, float q, int64_t count) {
    for (int64_t i = 0; i < count; ++i) y[i] = q * ofBits(static_cast<uint32_t>(x[i]) << 16);
}
CTORCH_VECTORISED void readFloat(float *__restrict y, const float *__restrict x, float q, int64_t count) {
    for (int64_t i = 0; i < count; ++i) y[i] = q * x[i];
}
CTORCH_VECTORISED void readAddingHalf(float *__restrict y, const _Float16 *__restrict x, float q, int64_t count) {
    for (int64_t i = 0; i < count; ++i) y[i] += q * static_cast<float>(x[i]);
}
CTORCH_VECTORISED void readAddingBits(float *__restrict y, const uint16_t *__restrict x, float q, int64_t count) {
    for (int64_t i = 0; i < count; ++i) y[i] += q * ofBits(static_cast<uint32_t>(x[i]) << 16);
}
CTORCH_VECTORISED void readAddingFloat(float *__restrict y, const float *__restrict x, float q, int64_t count) {
    for (int64_t i = 0; i < count; ++i) y[i] += q * x[i];
}

CTORCH_VECTORISED void mixAll(float *__restrict h, float p, const float *__restrict c, const float *__restrict y, int64_t count) {
    for (int64_t i = 0; i < count; ++i) h[i] = p * (h[i] + c[i]) + y[i];
}

CTORCH_VECTORISED void storePairBits(
    const float *__restrict x0, const float *__restrict x1, uint16_t *__restrict left0, uint16_t *__restrict left1,
    uint32_t *__restrict right, int64_t count) {
    for (int64_t i = 0; i < count; ++i) {
        const uint32_t low = rounded(x0[i]), high = rounded(x1[i]);
        left0[i] = static_cast<uint16_t>(low);
        left1[i] = static_cast<uint16_t>(high);
        right[i] = low | high << 16;
    }
}

CTORCH_VECTORISED void storeBits(uint16_t *__restrict y, const float *__restrict x, int64_t count) {
    for (int64_t i = 0; i < count; ++i) y[i] = static_cast<uint16_t>(rounded(x[i]));
}

#if CTORCH_MACHINE_ROUNDS
CTORCH_ROUNDING void storeByMachine(uint16_t *y, const float *x, int64_t count) {
    int64_t i = 0;
    for (; i + 32 <= count; i += 32)
        _mm512_storeu_si512(y + i, rounded(_mm512_loadu_ps(x + i), _mm512_loadu_ps(x + i + 16)));
    for (; i < count; ++i) y[i] = static_cast<uint16_t>(rounded(x[i]));
}
#else
constexpr auto storeByMachine = storeBits;
#endif

CTORCH_VECTORISED void separateBits(float *__restrict a, float *__restrict b, const uint32_t *__restrict x, int64_t count) {
    for (int64_t i = 0; i < count; ++i) {
        a[i] = ofBits(x[i] << 16);
        b[i] = ofBits(x[i] & 0xffff0000u);
    }
}

CTORCH_VECTORISED void addAll(float *__restrict y, const float *__restrict a, int64_t count) {
    for (int64_t i = 0; i < count; ++i) y[i] += a[i];
}

CTORCH_VECTORISED void scaleAll(float *y, float a, const float *x, int64_t count) {
    for (int64_t i = 0; i < count; ++i) y[i] = a * x[i];
}

CTORCH_VECTORISED void rectifyAll(float *__restrict y, const float *__restrict b, int64_t count) {
    for (int64_t i = 0; i < count; ++i) {
        const float sum = y[i] + b[i];
        y[i] = sum < 0 ? 0 : sum;  // not a number stays so
    }
}

CTORCH_VECTORISED void rectifyGradientFloat(
    float *__restrict y, const float *__restrict a, float *__restrict sum, int64_t count) {
    for (int64_t i = 0; i < count; ++i) {
        y[i] = a[i] > 0 ? y[i] : 0;
        sum[i] += y[i];
    }
}

CTORCH_VECTORISED void rectifyGradientBits(
    float *__restrict y, const uint16_t *__restrict a, float *__restrict sum, int64_t count) {
    for (int64_t i = 0; i < count; ++i) {
        y[i] = ofBits(static_cast<uint32_t>(a[i]) << 16) > 0 ? y[i] : 0;
        sum[i] += y[i];
    }
}

CTORCH_VECTORISED float dotAll(const float *__restrict g, const float *__restrict y, int64_t count) {
#pragma clang fp reassociate(on)
    float sum = 0;
    for (int64_t i = 0; i < count; ++i) sum += g[i] * y[i];
    return sum;
}

CTORCH_VECTORISED float dotBits(const float *__restrict g, const uint16_t *__restrict y, int64_t count) {
#pragma clang fp reassociate(on)
    float sum = 0;
    for (int64_t i = 0; i < count; ++i) sum += g[i] * ofBits(static_cast<uint32_t>(y[i]) << 16);
    return sum;
}

CTORCH_VECTORISED void interleaveBits(
    uint32_t *__restrict y, const uint16_t *__restrict a, const uint16_t *__restrict b, int64_t count) {
    for (int64_t i = 0; i < count; ++i) y[i] = static_cast<uint32_t>(a[i]) | static_cast<uint32_t>(b[i]) << 16;
}

using Words = uint32_t __attribute__((vector_size(64), aligned(4)));

/// Squares of 16 words.
CTORCH_VECTORISED void transposeSquares(
    uint32_t *__restrict out, int64_t outStride, const uint32_t *__restrict in, int64_t inStride, int64_t rows, int64_t columns) {
    for (int64_t row = 0; row < rows; row += 16) {
        for (int64_t column = 0; column < columns; column += 16) {
            Words w[16];
            for (int i = 0; i < 16; ++i) w[i] = *reinterpret_cast<const Words *>(in + (row + i) * inStride + column);
            // Four rounds: words whose row and column differ in one bit of their numbers change places.
            for (int i = 0; i < 16; i += 2) {
                const Words a = w[i], b = w[i + 1];
                w[i] = __builtin_shufflevector(a, b, 0, 16, 2, 18, 4, 20, 6, 22, 8, 24, 10, 26, 12, 28, 14, 30);
                w[i + 1] = __builtin_shufflevector(a, b, 1, 17, 3, 19, 5, 21, 7, 23, 9, 25, 11, 27, 13, 29, 15, 31);
            }
            for (int j = 0; j < 16; j += 4)
                for (int i = j; i < j + 2; ++i) {
                    const Words a = w[i], b = w[i + 2];
                    w[i] = __builtin_shufflevector(a, b, 0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29);
                    w[i + 2] = __builtin_shufflevector(a, b, 2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15, 30, 31);
                }
            for (int j = 0; j < 16; j += 8)
                for (int i = j; i < j + 4; ++i) {
                    const Words a = w[i], b = w[i + 4];
                    w[i] = __builtin_shufflevector(a, b, 0, 1, 2, 3, 16, 17, 18, 19, 8, 9, 10, 11, 24, 25, 26, 27);
                    w[i + 4] = __builtin_shufflevector(a, b, 4, 5, 6, 7, 20, 21, 22, 23, 12, 13, 14, 15, 28, 29, 30, 31);
                }
            for (int i = 0; i < 8; ++i) {
                const Words a = w[i], b = w[i + 8];
                w[i] = __builtin_shufflevector(a, b, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23);
                w[i + 8] = __builtin_shufflevector(a, b, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31);
            }
            for (int i = 0; i < 16; ++i) *reinterpret_cast<Words *>(out + (column + i) * outStride + row) = w[i];
        }
    }
}

uint16_t *bits(at::BFloat16 *x) { return reinterpret_cast<uint16_t *>(x); }
const uint16_t *bits(const at::BFloat16 *x) { return reinterpret_cast<const uint16_t *>(x); }
uint32_t *words(at::BFloat16 *x) { return reinterpret_cast<uint32_t *>(x); }

} // namespace

void read(float *y, const void *x, at::ScalarType type, float q, int64_t count) {
    switch (type) {
    case at::kHalf: return Vectorised<readHalf>::call(y, static_cast<const _Float16 *>(x), q, count);
    case at::kBFloat16: return Vectorised<readBits>::call(y, static_cast<const uint16_t *>(x), q, count);
    default: return Vectorised<readFloat>::call(y, static_cast<const float *>(x), q, count);
    }
}

void readAdding(float *y, const void *x, at::ScalarType type, float q, int64_t count) {
    switch (type) {
    case at::kHalf: return Vectorised<readAddingHalf>::call(y, static_cast<const _Float16 *>(x), q, count);
    case at::kBFloat16: return Vectorised<readAddingBits>::call(y, static_cast<const uint16_t *>(x), q, count);
    default: return Vectorised<readAddingFloat>::call(y, static_cast<const float *>(x), q, count);
    }
}

void mix(float *h, float p, const float *c, const float *y, int64_t count) { Vectorised<mixAll>::call(h, p, c, y, count); }

void storePair(const float *x0, const float *x1, float *left0, float *left1, float *right, int64_t count) {
    std::memcpy(left0, x0, count * sizeof *x0);
    std::memcpy(left1, x1, count * sizeof *x1);
    std::memcpy(right, x0, count * sizeof *x0);
    std::memcpy(right + count, x1, count * sizeof *x1);
}
void storePair(const float *x0, const float *x1, at::BFloat16 *left0, at::BFloat16 *left1, at::BFloat16 *right, int64_t count) {
    Vectorised<storePairBits>::call(x0, x1, bits(left0), bits(left1), words(right), count);
}

void separate(float *x0, float *x1, const float *right, int64_t count) {
    std::memcpy(x0, right, count * sizeof *x0);
    std::memcpy(x1, right + count, count * sizeof *x1);
}
void separate(float *x0, float *x1, const at::BFloat16 *right, int64_t count) {
    Vectorised<separateBits>::call(x0, x1, reinterpret_cast<const uint32_t *>(right), count);
}

void add(float *y, const float *a, int64_t count) { Vectorised<addAll>::call(y, a, count); }
void addScaled(float *y, float a, const float *x, int64_t count) { Vectorised<readAddingFloat>::call(y, x, a, count); }
void scale(float *y, float a, const float *x, int64_t count) { Vectorised<scaleAll>::call(y, a, x, count); }
void rectify(float *y, const float *b, int64_t count) { Vectorised<rectifyAll>::call(y, b, count); }
void rectifyGradient(float *y, const float *a, float *sum, int64_t count) { Vectorised<rectifyGradientFloat>::call(y, a, sum, count); }
void rectifyGradient(float *y, const at::BFloat16 *a, float *sum, int64_t count) { Vectorised<rectifyGradientBits>::call(y, bits(a), sum, count); }
float dot(const float *g, const float *y, int64_t count) { return Vectorised<dotAll>::call(g, y, count); }
float dot(const float *g, const at::BFloat16 *y, int64_t count) { return Vectorised<dotBits>::call(g, bits(y), count); }

void store(float *y, const float *x, int64_t count) { std::memcpy(y, x, count * sizeof *y); }
void store(at::BFloat16 *y, const float *x, int64_t count) {
    (rounding::machineRounds ? storeByMachine : Vectorised<storeBits>::call)(bits(y), x, count);
}

void interleave(at::BFloat16 *y, const at::BFloat16 *a, const at::BFloat16 *b, int64_t count) {
    Vectorised<interleaveBits>::call(words(y), bits(a), bits(b), count);
}

void transpose(void *out, int64_t outStride, const void *in, int64_t inStride, int64_t rows, int64_t columns) {
    auto *target = static_cast<uint32_t *>(out);
    const auto *source = static_cast<const uint32_t *>(in);
    const int64_t wholeRows = rows / 16 * 16, wholeColumns = columns / 16 * 16;
    Vectorised<transposeSquares>::call(target, outStride, source, inStride, wholeRows, wholeColumns);
    for (int64_t row = 0; row < rows; ++row)
        for (int64_t column = row < wholeRows ? wholeColumns : 0; column < columns; ++column)
            target[column * outStride + row] = source[row * inStride + column];
}

} // namespace ctorch::rows
