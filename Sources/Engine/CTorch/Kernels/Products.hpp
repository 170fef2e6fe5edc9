// Products of small matrices on one thread, with the operands in the order that the machine's matrix instructions read.
//
// A right operand B [depth, columns] of bfloat16 has pairs of rows interleaved: [depth / 2, columns, 2].
#pragma once

#include "Vector.hpp"

namespace ctorch {

/// Rows of a right operand that are interleaved.
template <typename Number> constexpr int64_t group = sizeof(float) / sizeof(Number);

/// C [rows, columns] = A [rows, depth] B [depth, columns], or C + A B with `adds`; sums are float32.
///
/// All memory should start at multiples of 64 bytes, and so should rows: a row across two lines of the cache takes three times as long.
void product(
    int64_t rows, int64_t columns, int64_t depth, const float *a, int64_t aStride, const float *b, int64_t bStride, float *c,
    int64_t cStride, bool adds = false);
void product(
    int64_t rows, int64_t columns, int64_t depth, const BFloat16 *a, int64_t aStride, const BFloat16 *b, int64_t bStride, float *c,
    int64_t cStride, bool adds = false);

/// Whether this machine has the products in the type that is in force: bfloat16, or else float32.
bool hasProductsInForce();

/// A thread's use of the matrix unit, which it gives back at the end of its products, also where one fails.
template <typename Number> struct MatrixUnit {
    MatrixUnit() = default;
    MatrixUnit(const MatrixUnit &) = delete;
    MatrixUnit &operator=(const MatrixUnit &) = delete;
    ~MatrixUnit();
};

/// The right operand W or, transposed, Wᵀ of weights W [rows, columns].
void pack(float *b, const float *w, int64_t rows, int64_t columns, bool isTransposed);
void pack(BFloat16 *b, const float *w, int64_t rows, int64_t columns, bool isTransposed);

} // namespace ctorch
