// What the forward and the backward pass of blocks share.
#pragma once

#include "Attention.hpp"
#include "Blocks.hpp"
#include "ResidualNorm.hpp"

#include "../Chain/Products.hpp"
#include "../Parallel.hpp"

#include <ATen/ops/empty.h>

#include <cstring>

namespace ctorch::history {

inline at::Tensor buffer(at::IntArrayRef sizes) { return at::empty(sizes, at::kFloat); }
inline float *data(const at::Tensor &tensor) { return tensor.mutable_data_ptr<float>(); }

/// C = A B or C + A B, a tile at a time: kernels are made for every size, so there should be few.
inline void multiply(
    int64_t rows, int64_t columns, int64_t depth, const float *a, int64_t aStride, const float *b, int64_t bStride, float *c,
    int64_t cStride, bool adds = false) {
    constexpr int64_t tileRows = 64, tileColumns = 256, tileDepth = 256;
    for (int64_t start = 0; start < depth; start += tileDepth)
        for (int64_t row = 0; row < rows; row += tileRows)
            for (int64_t column = 0; column < columns; column += tileColumns)
                product(
                    std::min(tileRows, rows - row), std::min(tileColumns, columns - column), std::min(tileDepth, depth - start),
                    a + row * aStride + start, aStride, b + start * bStride + column, bStride, c + row * cStride + column, cStride,
                    adds || start > 0);
}

/// Zeroes a matrix's rows from one on up to another.
inline void clear(float *matrix, int64_t width, int64_t from, int64_t to) {
    std::memset(matrix + from * width, 0, (to - from) * width * sizeof *matrix);
}

} // namespace ctorch::history
