#include "Attention.hpp"

#include "../Vectorised.hpp"

#include <cmath>

namespace ctorch::history {

namespace {

CTORCH_VECTORISED void attendRows(
    const Sides &sides, const float *mask, float *__restrict probabilities, float *__restrict out, int64_t outStride) {
#pragma clang fp reassociate(on)
    const int64_t width = sides.width;
    const float scale = 1 / std::sqrt(static_cast<float>(width));
    int64_t pair = 0;
    for (int64_t i = 0; i < sides.rows; ++i) {
        const float *query = sides.queries + i * sides.stride;
        float *row = probabilities + pair;
        float largest = -INFINITY;
        for (int64_t j = 0; j <= i; ++j) {
            const float *key = sides.keys + j * sides.stride;
            float dot = 0;
            for (int64_t c = 0; c < width; ++c) dot += query[c] * key[c];
            row[j] = dot * scale;
            largest = row[j] > largest ? row[j] : largest;
        }
        float sum = 0;
        for (int64_t j = 0; j <= i; ++j) {
            row[j] = std::exp(row[j] - largest);
            sum += row[j];
        }
        float *target = out + i * outStride;
        for (int64_t c = 0; c < width; ++c) target[c] = 0;
        for (int64_t j = 0; j <= i; ++j) {
            row[j] /= sum;
            const float weight = mask ? row[j] * mask[pair + j] : row[j];
            const float *value = sides.values + j * sides.stride;
            for (int64_t c = 0; c < width; ++c) target[c] += weight * value[c];
        }
        pair += i + 1;
    }
}

CTORCH_VECTORISED void attendRowsBackward(
    const Sides &sides, const float *mask, const float *probabilities, const float *out, int64_t outStride, float *__restrict queries,
    float *__restrict keys, float *__restrict values, float *__restrict scratch) {
#pragma clang fp reassociate(on)
    const int64_t width = sides.width;
    const float scale = 1 / std::sqrt(static_cast<float>(width));
    int64_t pair = 0;
    for (int64_t i = 0; i < sides.rows; ++i) {
        const float *gradient = out + i * outStride;
        const float *row = probabilities + pair;
        float sum = 0;
        for (int64_t j = 0; j <= i; ++j) {
            const float *value = sides.values + j * sides.stride;
            float *valueGradient = values + j * sides.stride;
            const float factor = mask ? mask[pair + j] : 1;
            const float weight = row[j] * factor;
            float dot = 0;
            for (int64_t c = 0; c < width; ++c) {
                dot += gradient[c] * value[c];
                valueGradient[c] += weight * gradient[c];
            }
            scratch[j] = dot * factor;
            sum += scratch[j] * row[j];
        }
        const float *query = sides.queries + i * sides.stride;
        float *queryGradient = queries + i * sides.stride;
        for (int64_t j = 0; j <= i; ++j) {
            const float slope = row[j] * (scratch[j] - sum) * scale;
            const float *key = sides.keys + j * sides.stride;
            float *keyGradient = keys + j * sides.stride;
            for (int64_t c = 0; c < width; ++c) {
                queryGradient[c] += slope * key[c];
                keyGradient[c] += slope * query[c];
            }
        }
        pair += i + 1;
    }
}

} // namespace

void attend(const Sides &sides, const float *mask, float *probabilities, float *out, int64_t outStride) {
    Vectorised<attendRows>::call(sides, mask, probabilities, out, outStride);
}

void attendBackward(
    const Sides &sides, const float *mask, const float *probabilities, const float *out, int64_t outStride, float *queries, float *keys,
    float *values, float *scratch) {
    Vectorised<attendRowsBackward>::call(sides, mask, probabilities, out, outStride, queries, keys, values, scratch);
}

} // namespace ctorch::history
