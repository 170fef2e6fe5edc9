// Elementwise work on rows of numbers. Each function is compiled for several instruction sets, and the machine's best one is chosen when
// the library is loaded.
#pragma once

#include <ATen/core/Tensor.h>

namespace ctorch::rows {

/// y = q x for a row of float16, bfloat16 or float32.
void read(float *y, const void *x, at::ScalarType type, float q, int64_t count);
/// y = y + q x.
void readAdding(float *y, const void *x, at::ScalarType type, float q, int64_t count);

/// h = p (h + c) + y for two rows of each of h and y; c may be null. Their numbers go to `left` [2, count] and, as a right operand
/// (Products.hpp), to `right`.
void enter(float *h, float p, const float *c, const float *y, float *left, float *right, int64_t count);
void enter(float *h, float p, const float *c, const float *y, at::BFloat16 *left, at::BFloat16 *right, int64_t count);

/// The numbers of two rows g to `left` and `right`, and their sum onto `sum`.
void receive(const float *g, float *left, float *right, float *sum, int64_t count);
void receive(const float *g, at::BFloat16 *left, at::BFloat16 *right, float *sum, int64_t count);

/// Two rows of a right operand in float32.
void separate(float *y, const float *right, int64_t count);
void separate(float *y, const at::BFloat16 *right, int64_t count);

/// y = x + a.
void add(float *y, const float *a, int64_t count);
/// y = a x.
void scale(float *y, float a, const float *x, int64_t count);
/// y = max(y + b, 0).
void rectify(float *y, const float *b, int64_t count);
/// Zeroes y where a is not above 0, and adds it onto `sum`.
void rectifyGradient(float *y, const float *a, float *sum, int64_t count);
void rectifyGradient(float *y, const at::BFloat16 *a, float *sum, int64_t count);
/// Sum of g y.
float dot(const float *g, const float *y, int64_t count);
/// Sum of g (y - x).
float dotDifference(const float *g, const float *y, const float *x, int64_t count);

/// y = x; in bfloat16 rounded, halves to even, and what is not a number stays so.
void store(float *y, const float *x, int64_t count);
void store(at::BFloat16 *y, const float *x, int64_t count);
/// Pairs of two rows: y = a0 b0 a1 b1 ...
void interleave(at::BFloat16 *y, const at::BFloat16 *a, const at::BFloat16 *b, int64_t count);

/// out [columns, rows] = in [rows, columns], of words of four bytes.
void transpose(void *out, int64_t outStride, const void *in, int64_t inStride, int64_t rows, int64_t columns);

} // namespace ctorch::rows
