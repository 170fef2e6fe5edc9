// LayerNorm over the sum of a residual and what a layer says: out = weight n + bias with n = (s - mean s) / sigma and s = x + m (y + c).
#pragma once

#include <cstdint>

namespace ctorch::history {

/// A matrix [rows, width], or one row for all of them where `stride` is zero.
struct RowsOf {
    const float *data;
    int64_t stride;
};

struct NormParameters {
    const float *weight, *bias;
    float epsilon;
};

/// For rows x and y, c a row, and m dropout's factors: n, 1 / sigma [rows] and out.
void normalise(
    int64_t rows, int64_t width, const float *x, const float *y, const float *c, RowsOf m, const NormParameters &parameters,
    float *normalised, float *inverse, float *out);

/// `gradient` of out becomes that of x, and `branch` that of y. The gradients of weight, bias and c are added onto the sums.
void normaliseBackward(
    int64_t rows, int64_t width, float *gradient, float *branch, RowsOf m, const float *weight, const float *normalised,
    const float *inverse, float *weightSum, float *biasSum, float *branchSum);

} // namespace ctorch::history
