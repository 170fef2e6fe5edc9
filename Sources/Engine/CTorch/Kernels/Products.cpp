#include "Products.hpp"

#include "Rows.hpp"

#include <algorithm>
#include <exception>
#include <iterator>

namespace ctorch {

namespace {

/// Tries one: what a machine lacks is an exception. Without instructions for bfloat16 there are products, slower than those in float32.
template <typename Number> bool canMultiply() {
    if (group<Number> == 2 && bfloat16Instructions() == BFloat16Instructions::none) return false;
    try {
        alignas(64) float ones[32 * 32], c[32 * 32];
        alignas(64) Number a[32 * 32];
        std::fill(std::begin(ones), std::end(ones), 1.0f);
        rows::store<Number>(a, ones, 32 * 32);
        const MatrixUnit<Number> unit;
        product(32, 32, 32, a, 32, a, 32, c, 32);
        return std::all_of(std::begin(c), std::end(c), [](float sum) { return sum == 32; });
    } catch (const std::exception &) { return false; }
}

} // namespace

bool hasProductsInForce() {
    static const bool inFloat = canMultiply<float>(), inBFloat16 = canMultiply<BFloat16>();
    return isBFloat16InForce() ? inBFloat16 : inFloat;
}

void pack(float *b, const float *w, int64_t rows, int64_t columns, bool isTransposed) {
    if (isTransposed) rows::transpose(b, rows, w, columns, rows, columns);
    else rows::store<float>(b, w, rows * columns);
}

void pack(BFloat16 *b, const float *w, int64_t rows, int64_t columns, bool isTransposed) {
    if (isTransposed) {
        // Two numbers of a row of W are a pair of B.
        const Buffer<BFloat16> rounded(rows * columns);
        rows::store<BFloat16>(rounded, w, rows * columns);
        rows::transpose(b, rows, rounded, columns / 2, rows, columns / 2);
    } else {
        for (int64_t row = 0; row < rows; row += 2)
            rows::storePair(b + row * columns, w + row * columns, w + (row + 1) * columns, columns);
    }
}

} // namespace ctorch
