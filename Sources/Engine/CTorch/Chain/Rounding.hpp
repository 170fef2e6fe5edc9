// Rounding to bfloat16, and the order of a right operand (Products.hpp), by the machine's own instructions where it has them.
#pragma once

#include "../Vectorised.hpp"

#include <cstdint>
#include <cstring>
#if defined(__x86_64__) && defined(__linux__)
#include <immintrin.h>
#define CTORCH_MACHINE_ROUNDS 1
#define CTORCH_ROUNDING __attribute__((target("avx512f,avx512bw,avx512vl,avx512bf16")))
#else
#define CTORCH_MACHINE_ROUNDS 0
#endif

namespace ctorch::rounding {

/// The bits of a number as bfloat16: halves to even, and what is not a number stays so.
inline uint32_t rounded(float value) {
    uint32_t bits;
    std::memcpy(&bits, &value, sizeof bits);
    const uint32_t even = (bits + 0x7fff + ((bits >> 16) & 1)) >> 16;
    return value == value ? even : 0x7fc0;
}

/// The number with these bits as float32.
inline float ofBits(uint32_t bits) {
    float value;
    std::memcpy(&value, &bits, sizeof value);
    return value;
}

#if CTORCH_MACHINE_ROUNDS
/// Whether the machine itself rounds to bfloat16: half of the work of what enters a product is rounding.
inline const bool machineRounds = instructions() == Instructions::avx512 && bfloat16Instructions() != BFloat16Instructions::none;

/// The places of a0 b0 a1 b1 ... among 32 numbers of a and 32 of b: the first and the second half of the pairs.
alignas(64) inline const uint16_t firstPairs[32] = {0, 32, 1, 33, 2,  34, 3,  35, 4,  36, 5,  37, 6,  38, 7,  39,
                                                    8, 40, 9, 41, 10, 42, 11, 43, 12, 44, 13, 45, 14, 46, 15, 47};
alignas(64) inline const uint16_t secondPairs[32] = {16, 48, 17, 49, 18, 50, 19, 51, 20, 52, 21, 53, 22, 54, 23, 55,
                                                     24, 56, 25, 57, 26, 58, 27, 59, 28, 60, 29, 61, 30, 62, 31, 63};

/// 32 numbers as bfloat16.
CTORCH_ROUNDING inline __m512i rounded(__m512 low, __m512 high) { return (__m512i)_mm512_cvtne2ps_pbh(high, low); }

/// 32 numbers of two rows to left and right operands.
CTORCH_ROUNDING inline void storePairs(__m512i first, __m512i second, uint16_t *left0, uint16_t *left1, uint16_t *right) {
    _mm512_storeu_si512(left0, first);
    _mm512_storeu_si512(left1, second);
    _mm512_storeu_si512(right, _mm512_permutex2var_epi16(first, _mm512_load_si512(firstPairs), second));
    _mm512_storeu_si512(right + 32, _mm512_permutex2var_epi16(first, _mm512_load_si512(secondPairs), second));
}

/// 16 numbers, widened.
CTORCH_ROUNDING inline __m512 load(const float *x) { return _mm512_loadu_ps(x); }
CTORCH_ROUNDING inline __m512 load(const _Float16 *x) {
    return _mm512_cvtph_ps(_mm256_loadu_si256(reinterpret_cast<const __m256i *>(x)));
}
CTORCH_ROUNDING inline __m512 load(const uint16_t *bits) {
    return _mm512_castsi512_ps(
        _mm512_slli_epi32(_mm512_cvtepu16_epi32(_mm256_loadu_si256(reinterpret_cast<const __m256i *>(bits))), 16));
}
#else
inline constexpr bool machineRounds = false;
#endif

} // namespace ctorch::rounding
