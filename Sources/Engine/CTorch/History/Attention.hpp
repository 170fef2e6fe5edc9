// Causal attention within one history.
//
// For the rows i and a head: out_i = sum over j <= i of m_ij p_ij v_j, p_i = softmax over j <= i of q_i k_j / sqrt(width), where m is what
// dropout makes of a one. Histories are a few rows long, so that a matrix product of each would cost more than its sums.
#pragma once

#include <cstdint>

namespace ctorch::history {

/// One history's queries, keys and values side by side in rows, for one head.
struct Sides {
    const float *queries, *keys, *values;
    int64_t rows, stride, width;
};

/// `probabilities` and `mask` are those of the history's pairs; `mask` is null without dropout.
void attend(const Sides &sides, const float *mask, float *probabilities, float *out, int64_t outStride);

/// Adds onto the gradients of queries, keys and values, which have the sides' stride; `scratch` holds one number for each row.
void attendBackward(
    const Sides &sides, const float *mask, const float *probabilities, const float *out, int64_t outStride, float *queries, float *keys,
    float *values, float *scratch);

} // namespace ctorch::history
