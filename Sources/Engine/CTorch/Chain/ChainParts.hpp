// What the forward and the backward pass of a share have in common.
#pragma once

#include "Chain.hpp"

#include "../Parallel.hpp"
#include "Products.hpp"

#include <ATen/ops/empty.h>

#include <cmath>
#include <cstring>

namespace ctorch::chain {

/// Items that go through a product together.
inline constexpr int64_t tileRows = 64;
/// The fewest items of a segment, but for a chain of fewer, and the most segments: each has memory of its own for gradients, which takes
/// time to add up, and one thread at a time adds to it.
inline constexpr int64_t leastSegment = 256, mostSegments = 16;
/// A share's rows are a multiple of this, so that few sizes of products occur, each of which has its own instructions.
inline constexpr int64_t rowMultiple = 32;
/// Columns of a tile whose numbers stay in the nearest cache.
inline constexpr int64_t chunkColumns = 128;
/// What the items of a range may take of a core's cache, in bytes of h.
inline constexpr int64_t rangeBytes = 1 << 20;

inline int64_t roundedUp(int64_t value, int64_t multiple) { return (value + multiple - 1) / multiple * multiple; }

inline at::Tensor buffer(at::IntArrayRef sizes, at::ScalarType type = at::kFloat) {
    return at::empty(sizes, at::TensorOptions().dtype(type));
}

/// Asks for memory that is read soon, by way of the second nearest cache.
inline void ask(const void *memory, int64_t bytes) {
    for (int64_t byte = 0; byte < bytes; byte += 64) __builtin_prefetch(static_cast<const char *>(memory) + byte, 0, 2);
}

template <typename Number> Number *data(const at::Tensor &tensor) { return tensor.mutable_data_ptr<Number>(); }

/// A gate that lets in less than this of a table: the gradient is then computed from the states themselves.
inline constexpr float closedGate = 0.0625;

/// The factors of x = p h + q A + s B.
struct Factors {
    float p, q, s;

    static Factors of(const Chain &chain, int64_t block) {
        if (!chain.gates.defined()) return {1, 1, 1};
        const float theta = chain.gates.const_data_ptr<float>()[block];
        const float gate = 1 / (1 + std::exp(-theta / static_cast<float>(chain.temperature)));
        return chain.hasTwo() ? Factors{1, gate, 1 - gate} : Factors{1 - gate, gate, 0};
    }
    /// Whether the gradient of a gate over one table needs the table's states; see gateGradients.
    static bool isClosed(const Chain &chain, int64_t block) {
        return chain.gates.defined() && !chain.hasTwo() && of(chain, block).q < closedGate;
    }
};

template <typename Number> Number *at3(const at::Tensor &tensor, int64_t first, int64_t second) {
    return data<Number>(tensor) + (first * tensor.size(1) + second) * tensor.size(2);
}

/// out [columns, rows] of numbers = in [rows, columns]; `scratch` holds `columns` times a tile's rows.
template <typename Number>
void storeTransposed(Number *out, int64_t outStride, const float *in, int64_t rows, int64_t columns, float *scratch) {
    rows::transpose(scratch, tileRows, in, columns, rows, columns);
    for (int64_t column = 0; column < columns; ++column) rows::store(out + column * outStride, scratch + column * tileRows, rows);
}

/// Zeroes the columns from one up to another.
template <typename Number> void clearColumns(Number *numbers, int64_t stride, int64_t rows, int64_t begin, int64_t end) {
    for (int64_t row = 0; row < rows && begin < end; ++row) std::memset(numbers + row * stride + begin, 0, (end - begin) * sizeof(Number));
}

} // namespace ctorch::chain
