// Elementwise work on rows of numbers. Each function is compiled for several instruction sets, and the machine's best one is chosen when
// the library is loaded.
#pragma once

#include <ATen/core/Tensor.h>

namespace ctorch::rows {

/// y = q x for a row of float16, bfloat16 or float32.
void read(float *y, const void *x, at::ScalarType type, float q, int64_t count);
/// y = y + q x.
void readAdding(float *y, const void *x, at::ScalarType type, float q, int64_t count);

/// h = p (h + c) + y.
void mix(float *h, float p, const float *c, const float *y, int64_t count);

/// Two rows to those of a left operand and, side by side, to a right operand (Products.hpp).
void storePair(const float *x0, const float *x1, float *left0, float *left1, float *right, int64_t count);
void storePair(const float *x0, const float *x1, at::BFloat16 *left0, at::BFloat16 *left1, at::BFloat16 *right, int64_t count);
/// Two rows of a right operand in float32.
void separate(float *x0, float *x1, const float *right, int64_t count);
void separate(float *x0, float *x1, const at::BFloat16 *right, int64_t count);

/// y = y + a.
void add(float *y, const float *a, int64_t count);
/// y = y + a x.
void addScaled(float *y, float a, const float *x, int64_t count);
/// y = a x.
void scale(float *y, float a, const float *x, int64_t count);
/// y = max(y + b, 0).
void rectify(float *y, const float *b, int64_t count);
/// Zeroes y where a is not above 0, and adds it onto `sum`.
void rectifyGradient(float *y, const float *a, float *sum, int64_t count);
void rectifyGradient(float *y, const at::BFloat16 *a, float *sum, int64_t count);
/// Sum of g y.
float dot(const float *g, const float *y, int64_t count);
float dot(const float *g, const at::BFloat16 *y, int64_t count);

/// y = x; in bfloat16 rounded, halves to even, and what is not a number stays so.
void store(float *y, const float *x, int64_t count);
void store(at::BFloat16 *y, const float *x, int64_t count);
/// Pairs of two rows: y = a0 b0 a1 b1 ...
void interleave(at::BFloat16 *y, const at::BFloat16 *a, const at::BFloat16 *b, int64_t count);

/// out [columns, rows] = in [rows, columns], of words of four bytes.
void transpose(void *out, int64_t outStride, const void *in, int64_t inStride, int64_t rows, int64_t columns);

} // namespace ctorch::rows
