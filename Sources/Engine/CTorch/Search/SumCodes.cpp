#include "Codes.hpp"

#include <cstring>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace ctorch::search {

namespace {

/// Every machine's form.
void plainSums(
    const uint8_t *codes, int64_t groups, int64_t quads, const int8_t *const *questions, const int32_t *offsets, int64_t questionCount,
    int32_t *sums, int64_t stride) {
    for (int64_t i = 0; i < groups; ++i, codes += quads * group * quad)
        for (int64_t question = 0; question < questionCount; ++question) {
            int32_t *out = sums + question * stride + i * group;
            for (int64_t row = 0; row < group; ++row) out[row] = offsets[question];
            for (int64_t part = 0; part < quads; ++part) {
                const uint8_t *c = codes + part * group * quad;
                const int8_t *q = questions[question] + part * quad;
                for (int64_t row = 0; row < group; ++row)
                    out[row] += c[row * quad] * q[0] + c[row * quad + 1] * q[1] + c[row * quad + 2] * q[2] + c[row * quad + 3] * q[3];
            }
        }
}

#if defined(__x86_64__)

int32_t word(const int8_t *q) {
    int32_t bits;
    std::memcpy(&bits, q, sizeof bits);
    return bits;
}

/// A block of questions and groups whose sums the registers hold, with AVX2: pairs of products in 16 bits, pairs of those in 32.
struct WithAVX2 {
    static constexpr int64_t questions = 4, groups = 1;

    template <int64_t questionCount, int64_t groupCount>
    __attribute__((target("avx2"))) static void block(
        const uint8_t *codes, int64_t quads, const int8_t *const *questions, const int32_t *offsets, int32_t *sums, int64_t stride) {
        static_assert(groupCount == 1);
        __m256i low[questionCount], high[questionCount];
        const __m256i ones = _mm256_set1_epi16(1);
        for (int64_t i = 0; i < questionCount; ++i) low[i] = high[i] = _mm256_set1_epi32(offsets[i]);
        for (int64_t part = 0; part < quads; ++part) {
            const auto *c = reinterpret_cast<const __m256i *>(codes + part * group * quad);
            const __m256i first = _mm256_loadu_si256(c), second = _mm256_loadu_si256(c + 1);
#pragma clang loop unroll(full)
            for (int64_t i = 0; i < questionCount; ++i) {
                const __m256i q = _mm256_set1_epi32(word(questions[i] + part * quad));
                low[i] = _mm256_add_epi32(low[i], _mm256_madd_epi16(_mm256_maddubs_epi16(first, q), ones));
                high[i] = _mm256_add_epi32(high[i], _mm256_madd_epi16(_mm256_maddubs_epi16(second, q), ones));
            }
        }
        for (int64_t i = 0; i < questionCount; ++i) {
            auto *out = reinterpret_cast<__m256i *>(sums + i * stride);
            _mm256_storeu_si256(out, low[i]);
            _mm256_storeu_si256(out + 1, high[i]);
        }
    }
};

/// The same with AVX-512 and products of bytes: four of them are added to a sum at once.
struct WithVNNI {
    static constexpr int64_t questions = 8, groups = 2;

    template <int64_t questionCount, int64_t groupCount>
    __attribute__((target("avx512f,avx512bw,avx512vnni"), min_vector_width(512))) static void block(
        const uint8_t *codes, int64_t quads, const int8_t *const *questions, const int32_t *offsets, int32_t *sums, int64_t stride) {
        __m512i all[questionCount][groupCount];
        for (int64_t i = 0; i < questionCount; ++i)
            for (int64_t j = 0; j < groupCount; ++j) all[i][j] = _mm512_set1_epi32(offsets[i]);
        for (int64_t part = 0; part < quads; ++part) {
            __m512i c[groupCount];
#pragma clang loop unroll(full)
            for (int64_t j = 0; j < groupCount; ++j) c[j] = _mm512_loadu_si512(codes + (j * quads + part) * group * quad);
#pragma clang loop unroll(full)
            for (int64_t i = 0; i < questionCount; ++i) {
                const __m512i q = _mm512_set1_epi32(word(questions[i] + part * quad));
#pragma clang loop unroll(full)
                for (int64_t j = 0; j < groupCount; ++j) all[i][j] = _mm512_dpbusd_epi32(all[i][j], c[j], q);
            }
        }
        for (int64_t i = 0; i < questionCount; ++i)
            for (int64_t j = 0; j < groupCount; ++j) _mm512_storeu_si512(sums + i * stride + j * group, all[i][j]);
    }
};

/// Walks through groups for some questions, several groups at a time while there are as many.
template <typename Form, int64_t questionCount, int64_t groupCount>
void walkGroups(
    const uint8_t *codes, int64_t groups, int64_t quads, const int8_t *const *questions, const int32_t *offsets, int32_t *sums,
    int64_t stride) {
    int64_t i = 0;
    for (; i + groupCount <= groups; i += groupCount)
        Form::template block<questionCount, groupCount>(
            codes + i * quads * group * quad, quads, questions, offsets, sums + i * group, stride);
    for (; i < groups; ++i)
        Form::template block<questionCount, 1>(codes + i * quads * group * quad, quads, questions, offsets, sums + i * group, stride);
}

/// Walks through the questions, several at a time while there are as many.
template <typename Form>
void walk(
    const uint8_t *codes, int64_t groups, int64_t quads, const int8_t *const *questions, const int32_t *offsets, int64_t questionCount,
    int32_t *sums, int64_t stride) {
    // One question has the registers for more groups.
    constexpr int64_t alone = Form::groups > 1 ? 4 : 1;
    int64_t i = 0;
    for (; i + Form::questions <= questionCount; i += Form::questions)
        walkGroups<Form, Form::questions, Form::groups>(codes, groups, quads, questions + i, offsets + i, sums + i * stride, stride);
    for (; i + 2 <= questionCount; i += 2)
        walkGroups<Form, 2, alone>(codes, groups, quads, questions + i, offsets + i, sums + i * stride, stride);
    for (; i < questionCount; ++i)
        walkGroups<Form, 1, alone>(codes, groups, quads, questions + i, offsets + i, sums + i * stride, stride);
}

#endif

SumCodes chosen() {
#if defined(__x86_64__)
    if (instructions() == Instructions::avx512 && __builtin_cpu_supports("avx512vnni")) return walk<WithVNNI>;
    if (instructions() != Instructions::plain) return walk<WithAVX2>;
#endif
    return plainSums;
}

} // namespace

const SumCodes sumCodes = chosen();

} // namespace ctorch::search
