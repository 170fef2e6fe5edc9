// Products of small matrices on one thread, with the operands in the order that the machine's matrix instructions read.
#pragma once

#include "Rows.hpp"

#include <ATen/native/CPUBlas.h>

namespace ctorch {

/// How the numbers of a product lie in memory.
///
/// A right operand B [depth, columns] of bfloat16 has pairs of rows interleaved: [depth / 2, columns, 2].
template <typename Number> struct Operand;

template <> struct Operand<float> {
    static constexpr int64_t group = 1;
    static constexpr bool isVNNI = false;
    static constexpr auto type = at::kFloat;
};

template <> struct Operand<at::BFloat16> {
    static constexpr int64_t group = 2;
    static constexpr bool isVNNI = true;
    static constexpr auto type = at::kBFloat16;
};

/// C [rows, columns] = A [rows, depth] B [depth, columns], or C + A B with `adds`; sums are float32.
///
/// All memory should start at multiples of 64 bytes, and so should rows: a row across two lines of the cache takes three times as long.
template <typename Number>
void product(
    int64_t rows, int64_t columns, int64_t depth, const Number *a, int64_t aStride, const Number *b, int64_t bStride, float *c,
    int64_t cStride, bool adds = false) {
    at::native::cpublas::brgemm(rows, columns, depth, aStride, bStride, cStride, adds, a, b, c, Operand<Number>::isVNNI);
}

/// Whether automatic mixed precision is in force on the processor, in bfloat16.
bool isBFloat16InForce();

/// Whether this machine has the products in the type that is in force: bfloat16, or else float32.
bool hasProductsInForce();

/// A thread's use of the matrix unit, which it gives back at the end of its products, also where one fails.
template <typename Number> struct MatrixUnit {
    MatrixUnit() = default;
    MatrixUnit(const MatrixUnit &) = delete;
    MatrixUnit &operator=(const MatrixUnit &) = delete;
    ~MatrixUnit() {
        try {
            at::native::cpublas::brgemm_release(Operand<Number>::isVNNI);
        } catch (...) {
            // What never got the unit has none to give back.
        }
    }
};

/// B = Wᵀ for W [columns, depth] in float32.
inline void packTransposed(float *b, const float *w, int64_t columns, int64_t depth, at::BFloat16 *) {
    rows::transpose(b, columns, w, depth, columns, depth);
}

/// The same in bfloat16; `scratch` holds as many numbers as W.
inline void packTransposed(at::BFloat16 *b, const float *w, int64_t columns, int64_t depth, at::BFloat16 *scratch) {
    rows::store(scratch, w, columns * depth);
    // Two numbers of a row of W are a pair of B.
    rows::transpose(b, columns, scratch, depth / 2, columns, depth / 2);
}

/// B = W for W [depth, columns] in float32; `scratch` holds two rows.
inline void pack(at::BFloat16 *b, const float *w, int64_t columns, int64_t depth, at::BFloat16 *scratch) {
    for (int64_t row = 0; row < depth; row += 2) {
        rows::store(scratch, w + row * columns, 2 * columns);
        rows::interleave(b + row * columns, scratch, scratch + columns, columns);
    }
}

} // namespace ctorch
