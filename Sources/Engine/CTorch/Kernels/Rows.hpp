// Elementwise work on rows of numbers. Counts are multiples of 16.
#pragma once

#include "Vector.hpp"

namespace ctorch::rows {

/// y = y + a.
void add(float *y, const float *a, int64_t count);
/// x = m x.
void multiply(float *x, const float *m, int64_t count);
/// y = q (x + z).
void scaleSum(float *y, float q, const float *x, const float *z, int64_t count);
/// y = max(y + b, 0); not a number stays so.
void rectify(float *y, const float *b, int64_t count);
/// Zeroes y where a is not above 0, and adds it onto `sum`.
void rectifyGradient(float *y, const float *a, float *sum, int64_t count);
void rectifyGradient(float *y, const BFloat16 *a, float *sum, int64_t count);
/// Sum of g y.
float dot(const float *g, const float *y, int64_t count);
float dot(const float *g, const BFloat16 *y, int64_t count);

/// y = x.
void store(float *y, const float *x, int64_t count);
void store(BFloat16 *y, const float *x, int64_t count);
/// Two rows side by side, as in a right operand (Products.hpp).
void storePair(BFloat16 *right, const float *x0, const float *x1, int64_t count);

/// out [columns, rows] = in [rows, columns], of words of four bytes; rows and columns are multiples of 16.
void transpose(void *out, int64_t outStride, const void *in, int64_t inStride, int64_t rows, int64_t columns);

} // namespace ctorch::rows
