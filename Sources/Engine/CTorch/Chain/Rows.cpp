#include "Rows.hpp"

#include "../Vectorised.hpp"

#include <cstring>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace ctorch::rows {

namespace {

inline float ofBits(uint32_t bits) {
    float value;
    std::memcpy(&value, &bits, sizeof value);
    return value;
}

inline uint32_t rounded(float value) {
    uint32_t bits;
    std::memcpy(&bits, &value, sizeof bits);
    const uint32_t even = (bits + 0x7fff + ((bits >> 16) & 1)) >> 16;
    return value == value ? even : 0x7fc0;
}

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

CTORCH_VECTORISED void mix(float *__restrict h, float p, const float *__restrict c, const float *__restrict y, int64_t count) {
    for (int64_t i = 0; i < count; ++i) h[i] = p * (h[i] + c[i]) + y[i];
}

CTORCH_VECTORISED void enterBits(
    float *__restrict h0, float *__restrict h1, float p, const float *__restrict c, const float *__restrict y0,
    const float *__restrict y1, uint16_t *__restrict left0, uint16_t *__restrict left1, uint32_t *__restrict right,
    int64_t count) {
    for (int64_t i = 0; i < count; ++i) {
        const float first = p * (h0[i] + c[i]) + y0[i], second = p * (h1[i] + c[i]) + y1[i];
        h0[i] = first;
        h1[i] = second;
        const uint32_t low = rounded(first), high = rounded(second);
        left0[i] = static_cast<uint16_t>(low);
        left1[i] = static_cast<uint16_t>(high);
        right[i] = low | high << 16;
    }
}

CTORCH_VECTORISED void receiveBits(
    const float *__restrict g0, const float *__restrict g1, uint16_t *__restrict left0, uint16_t *__restrict left1,
    uint32_t *__restrict right, float *__restrict sum, int64_t count) {
    for (int64_t i = 0; i < count; ++i) {
        const uint32_t low = rounded(g0[i]), high = rounded(g1[i]);
        left0[i] = static_cast<uint16_t>(low);
        left1[i] = static_cast<uint16_t>(high);
        right[i] = low | high << 16;
        sum[i] += g0[i] + g1[i];
    }
}

CTORCH_VECTORISED void storeBits(uint16_t *__restrict y, const float *__restrict x, int64_t count) {
    for (int64_t i = 0; i < count; ++i) y[i] = static_cast<uint16_t>(rounded(x[i]));
}

#if defined(__x86_64__) && defined(__linux__)
#define CTORCH_ROUNDING __attribute__((target("avx512f,avx512bw,avx512vl,avx512bf16")))

/// Whether the machine itself rounds to bfloat16: half of the work of what enters a product is rounding.
const bool machineRounds = __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512bf16");

/// The places of a0 b0 a1 b1 ... among 32 numbers of a and 32 of b: the first and the second half of the pairs.
alignas(64) const uint16_t firstPairs[32] = {0, 32, 1, 33, 2,  34, 3,  35, 4,  36, 5,  37, 6,  38, 7,  39,
                                             8, 40, 9, 41, 10, 42, 11, 43, 12, 44, 13, 45, 14, 46, 15, 47};
alignas(64) const uint16_t secondPairs[32] = {16, 48, 17, 49, 18, 50, 19, 51, 20, 52, 21, 53, 22, 54, 23, 55,
                                              24, 56, 25, 57, 26, 58, 27, 59, 28, 60, 29, 61, 30, 62, 31, 63};

CTORCH_ROUNDING inline __m512i roundedByMachine(__m512 low, __m512 high) {
    return (__m512i)_mm512_cvtne2ps_pbh(high, low);
}

/// 32 numbers of two rows to left and right operands.
CTORCH_ROUNDING inline void storePairs(
    __m512i first, __m512i second, uint16_t *left0, uint16_t *left1, uint32_t *right) {
    _mm512_storeu_si512(left0, first);
    _mm512_storeu_si512(left1, second);
    _mm512_storeu_si512(right, _mm512_permutex2var_epi16(first, _mm512_load_si512(firstPairs), second));
    _mm512_storeu_si512(right + 16, _mm512_permutex2var_epi16(first, _mm512_load_si512(secondPairs), second));
}

CTORCH_ROUNDING void enterByMachine(
    float *h0, float *h1, float p, const float *c, const float *y0, const float *y1, uint16_t *left0, uint16_t *left1,
    uint32_t *right, int64_t count) {
    const __m512 factor = _mm512_set1_ps(p);
    const auto mixed = [&](float *h, const float *y, int64_t i) __attribute__((target("avx512f,avx512bw,avx512vl,avx512bf16"))) {
        const __m512 sum = _mm512_add_ps(_mm512_loadu_ps(h + i), _mm512_loadu_ps(c + i));
        const __m512 value = _mm512_fmadd_ps(factor, sum, _mm512_loadu_ps(y + i));
        _mm512_storeu_ps(h + i, value);
        return value;
    };
    for (int64_t i = 0; i < count; i += 32) {
        const __m512 low0 = mixed(h0, y0, i), high0 = mixed(h0, y0, i + 16);
        const __m512 low1 = mixed(h1, y1, i), high1 = mixed(h1, y1, i + 16);
        storePairs(roundedByMachine(low0, high0), roundedByMachine(low1, high1), left0 + i, left1 + i, right + i);
    }
}

CTORCH_ROUNDING void receiveByMachine(
    const float *g0, const float *g1, uint16_t *left0, uint16_t *left1, uint32_t *right, float *sum, int64_t count) {
    for (int64_t i = 0; i < count; i += 32) {
        const __m512 low0 = _mm512_loadu_ps(g0 + i), high0 = _mm512_loadu_ps(g0 + i + 16);
        const __m512 low1 = _mm512_loadu_ps(g1 + i), high1 = _mm512_loadu_ps(g1 + i + 16);
        storePairs(roundedByMachine(low0, high0), roundedByMachine(low1, high1), left0 + i, left1 + i, right + i);
        _mm512_storeu_ps(sum + i, _mm512_add_ps(_mm512_loadu_ps(sum + i), _mm512_add_ps(low0, low1)));
        _mm512_storeu_ps(sum + i + 16, _mm512_add_ps(_mm512_loadu_ps(sum + i + 16), _mm512_add_ps(high0, high1)));
    }
}

CTORCH_ROUNDING void storeByMachine(uint16_t *y, const float *x, int64_t count) {
    int64_t i = 0;
    for (; i + 32 <= count; i += 32)
        _mm512_storeu_si512(y + i, roundedByMachine(_mm512_loadu_ps(x + i), _mm512_loadu_ps(x + i + 16)));
    for (; i < count; ++i) y[i] = static_cast<uint16_t>(rounded(x[i]));
}
#else
constexpr bool machineRounds = false;
constexpr auto enterByMachine = enterBits;
constexpr auto receiveByMachine = receiveBits;
constexpr auto storeByMachine = storeBits;
#endif

CTORCH_VECTORISED void addTwo(float *__restrict y, const float *__restrict a, const float *__restrict b, int64_t count) {
    for (int64_t i = 0; i < count; ++i) y[i] += a[i] + b[i];
}

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

CTORCH_VECTORISED float dotDifferenceAll(
    const float *__restrict g, const float *__restrict y, const float *__restrict x, int64_t count) {
#pragma clang fp reassociate(on)
    float sum = 0;
    for (int64_t i = 0; i < count; ++i) sum += g[i] * (y[i] - x[i]);
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
    case at::kHalf: return readHalf(y, static_cast<const _Float16 *>(x), q, count);
    case at::kBFloat16: return readBits(y, static_cast<const uint16_t *>(x), q, count);
    default: return readFloat(y, static_cast<const float *>(x), q, count);
    }
}

void readAdding(float *y, const void *x, at::ScalarType type, float q, int64_t count) {
    switch (type) {
    case at::kHalf: return readAddingHalf(y, static_cast<const _Float16 *>(x), q, count);
    case at::kBFloat16: return readAddingBits(y, static_cast<const uint16_t *>(x), q, count);
    default: return readAddingFloat(y, static_cast<const float *>(x), q, count);
    }
}

void enter(float *h, float p, const float *c, const float *y, float *left, float *right, int64_t count) {
    mix(h, p, c, y, count);
    mix(h + count, p, c, y + count, count);
    std::memcpy(left, h, 2 * count * sizeof *h);
    std::memcpy(right, h, 2 * count * sizeof *h);
}
void enter(float *h, float p, const float *c, const float *y, at::BFloat16 *left, at::BFloat16 *right, int64_t count) {
    const bool isWhole = count % 32 == 0;
    (machineRounds && isWhole ? enterByMachine : enterBits)(
        h, h + count, p, c, y, y + count, bits(left), bits(left + count), words(right), count);
}

void receive(const float *g, float *left, float *right, float *sum, int64_t count) {
    std::memcpy(left, g, 2 * count * sizeof *g);
    std::memcpy(right, g, 2 * count * sizeof *g);
    addTwo(sum, g, g + count, count);
}
void receive(const float *g, at::BFloat16 *left, at::BFloat16 *right, float *sum, int64_t count) {
    const bool isWhole = count % 32 == 0;
    (machineRounds && isWhole ? receiveByMachine : receiveBits)(
        g, g + count, bits(left), bits(left + count), words(right), sum, count);
}

void separate(float *y, const float *right, int64_t count) { std::memcpy(y, right, 2 * count * sizeof *y); }
void separate(float *y, const at::BFloat16 *right, int64_t count) {
    separateBits(y, y + count, reinterpret_cast<const uint32_t *>(right), count);
}

void add(float *y, const float *a, int64_t count) { addAll(y, a, count); }
void scale(float *y, float a, const float *x, int64_t count) { scaleAll(y, a, x, count); }
void rectify(float *y, const float *b, int64_t count) { rectifyAll(y, b, count); }
void rectifyGradient(float *y, const float *a, float *sum, int64_t count) { rectifyGradientFloat(y, a, sum, count); }
void rectifyGradient(float *y, const at::BFloat16 *a, float *sum, int64_t count) { rectifyGradientBits(y, bits(a), sum, count); }
float dot(const float *g, const float *y, int64_t count) { return dotAll(g, y, count); }
float dotDifference(const float *g, const float *y, const float *x, int64_t count) { return dotDifferenceAll(g, y, x, count); }

void store(float *y, const float *x, int64_t count) { std::memcpy(y, x, count * sizeof *y); }
void store(at::BFloat16 *y, const float *x, int64_t count) {
    (machineRounds ? storeByMachine : storeBits)(bits(y), x, count);
}

void interleave(at::BFloat16 *y, const at::BFloat16 *a, const at::BFloat16 *b, int64_t count) {
    interleaveBits(words(y), bits(a), bits(b), count);
}

void transpose(void *out, int64_t outStride, const void *in, int64_t inStride, int64_t rows, int64_t columns) {
    auto *target = static_cast<uint32_t *>(out);
    const auto *source = static_cast<const uint32_t *>(in);
    const int64_t wholeRows = rows / 16 * 16, wholeColumns = columns / 16 * 16;
    transposeSquares(target, outStride, source, inStride, wholeRows, wholeColumns);
    for (int64_t row = 0; row < rows; ++row)
        for (int64_t column = row < wholeRows ? wholeColumns : 0; column < columns; ++column)
            target[column * outStride + row] = source[row * inStride + column];
}

} // namespace ctorch::rows
