// What blocks do with rows but products: attention within a history, and norms. Each loop stands here once, and below it the function that
// calls it in the form of the machine.
#pragma once

#include "History.hpp"

#include <cmath>

namespace ctorch::history {

/// One history's queries, keys and values side by side in rows, for one head.
struct Sides {
    const float *queries, *keys, *values;
    int64_t rows, stride, width;
};

/// For the rows i and a head: out_i = sum over j <= i of m_ij p_ij v_j, p_i = softmax over j <= i of q_i k_j / sqrt(width), where m is what
/// dropout makes of a one, null without dropout. Histories are a few rows long, so that a matrix product of each would cost more than its
/// sums. p and m are those of the history's pairs.
CTORCH_VECTORISED void attendLoop(
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
inline constexpr const auto &attend = Vectorised<attendLoop>::call;

/// Adds onto the gradients of queries, keys and values, which have the sides' stride; `scratch` holds one number for each row.
CTORCH_VECTORISED void attendBackwardLoop(
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
inline constexpr const auto &attendBackward = Vectorised<attendBackwardLoop>::call;

/// LayerNorm over the sum of a residual and what a layer says: out = weight n + bias with n = (s - mean s) / sigma and s = x + m (y + c).
struct Norm {
    int64_t rows, width;
    const float *weight, *bias;  ///< [width]
    float epsilon;
    const float *factors;        ///< m, what dropout makes of ones: [rows, width], or one row for all where the stride is zero
    int64_t factorStride;
    float *normal, *inverse;     ///< n [rows, width] and 1 / sigma [rows], which `normalise` writes and the backward pass reads

    /// A norm over the rows of a piece; `ones` [width] are its factors where there is no mask.
    Norm(const Blocks &blocks, const Piece &piece, const float *weight, const float *bias, const NormMemory &memory, const float *ones)
        : rows(piece.rows), width(blocks.width), weight(weight), bias(bias), epsilon(blocks.epsilon),
          factors(memory.mask ? memory.mask : ones), factorStride(memory.mask ? width : 0), normal(memory.normal),
          inverse(memory.inverse) {}
};

/// For rows x and y and a row c.
CTORCH_VECTORISED void normaliseLoop(
    const Norm &norm, const float *__restrict x, const float *__restrict y, const float *__restrict c, float *__restrict out) {
#pragma clang fp reassociate(on)
    const int64_t width = norm.width;
    const float *__restrict m = norm.factors;
    float *__restrict normal = norm.normal;
    for (int64_t row = 0; row < norm.rows; ++row) {
        float sum = 0;
        for (int64_t i = 0; i < width; ++i) {
            normal[i] = x[i] + m[i] * (y[i] + c[i]);
            sum += normal[i];
        }
        const float mean = sum / static_cast<float>(width);
        float squares = 0;
        for (int64_t i = 0; i < width; ++i) {
            normal[i] -= mean;
            squares += normal[i] * normal[i];
        }
        const float factor = 1 / std::sqrt(squares / static_cast<float>(width) + norm.epsilon);
        for (int64_t i = 0; i < width; ++i) {
            normal[i] *= factor;
            out[i] = norm.weight[i] * normal[i] + norm.bias[i];
        }
        norm.inverse[row] = factor;
        x += width, y += width, out += width, normal += width, m += norm.factorStride;
    }
}
inline constexpr const auto &normalise = Vectorised<normaliseLoop>::call;

/// `gradient` of out becomes that of x, and `branch` that of y. The gradients of weight, bias and c are added onto the sums.
CTORCH_VECTORISED void normaliseBackwardLoop(
    const Norm &norm, float *__restrict gradient, float *__restrict branch, float *__restrict weightSum, float *__restrict biasSum,
    float *__restrict branchSum) {
#pragma clang fp reassociate(on)
    const int64_t width = norm.width;
    const float *__restrict m = norm.factors, *__restrict normal = norm.normal, *__restrict weight = norm.weight;
    for (int64_t row = 0; row < norm.rows; ++row) {
        float sum = 0, product = 0;
        for (int64_t i = 0; i < width; ++i) {
            const float slope = gradient[i] * weight[i];
            sum += slope;
            product += slope * normal[i];
            weightSum[i] += gradient[i] * normal[i];
            biasSum[i] += gradient[i];
        }
        const float mean = sum / static_cast<float>(width), share = product / static_cast<float>(width);
        for (int64_t i = 0; i < width; ++i) {
            gradient[i] = norm.inverse[row] * (gradient[i] * weight[i] - mean - normal[i] * share);
            branch[i] = m[i] * gradient[i];
            branchSum[i] += branch[i];
        }
        gradient += width, branch += width, normal += width, m += norm.factorStride;
    }
}
inline constexpr const auto &normaliseBackward = Vectorised<normaliseBackwardLoop>::call;

} // namespace ctorch::history
