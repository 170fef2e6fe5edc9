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

/// Some items of a share that stand side by side: `rows` with the repeated ones, counted from the share's first.
struct Tile {
    int64_t start, count, rows;
};

/// Cuts a share into ranges that go through a block before the next one's weights are read, and these into tiles.
class Ranges {
  public:
    Ranges(const Share &share, int64_t width)
        : share_(share), length_(std::max(tileRows, rangeBytes / (4 * width) / tileRows * tileRows)) {}

    int64_t count() const { return (share_.count + length_ - 1) / length_; }
    /// The most rows of a range.
    int64_t rows() const { return std::min(length_, share_.rows()); }

    int64_t tiles(int64_t range) const { return (end(range) - range * length_ + tileRows - 1) / tileRows; }
    Tile tile(int64_t range, int64_t number) const {
        const int64_t start = range * length_ + number * tileRows;
        return {start, std::min(tileRows, share_.count - start), std::min(tileRows, end(range) - start)};
    }
    /// Where a tile stands in its range.
    int64_t place(const Tile &tile) const { return tile.start % length_; }

  private:
    int64_t end(int64_t range) const { return std::min(share_.rows(), (range + 1) * length_); }

    const Share &share_;
    const int64_t length_;
};

/// The factors of x = p h + q A + s B.
struct Factors {
    float p, q, s;

    static Factors of(const Chain &chain, int64_t block) {
        if (!chain.gates.defined()) return {1, 1, 1};
        const float theta = chain.gates.const_data_ptr<float>()[block];
        const float gate = 1 / (1 + std::exp(-theta / static_cast<float>(chain.temperature)));
        return chain.hasTwo() ? Factors{1, gate, 1 - gate} : Factors{1 - gate, gate, 0};
    }
};

/// One kind of weights of all blocks as right operands, brought into this order when they are asked for.
template <typename Number> class PackedWeights {
  public:
    /// - keepsAll: whether each block has its own place; otherwise the blocks take turns, and what is read is still in the cache.
    PackedWeights(const std::vector<at::Tensor> &weights, bool isTransposed, bool keepsAll)
        : weights_(weights), isTransposed_(isTransposed), held_(keepsAll ? weights.size() : 1, -1) {
        if (isReadInPlace()) return;
        const int64_t size = weights[0].numel();
        numbers_ = buffer({static_cast<int64_t>(held_.size()), size}, Operand<Number>::type);
        scratch_ = buffer({isTransposed ? size : 2 * weights[0].size(1)}, at::kBFloat16);
    }

    const Number *operator()(int64_t block) {
        const at::Tensor &weight = weights_[block];
        if constexpr (Operand<Number>::group == 1)
            if (isReadInPlace()) return weight.const_data_ptr<float>();
        const size_t place = held_.size() > 1 ? block : 0;
        Number *numbers = data<Number>(numbers_) + place * weight.numel();
        if (held_[place] == block) return numbers;
        held_[place] = block;
        const float *source = weight.const_data_ptr<float>();
        at::BFloat16 *scratch = data<at::BFloat16>(scratch_);
        if (isTransposed_) packTransposed(numbers, source, weight.size(0), weight.size(1), scratch);
        else if constexpr (Operand<Number>::group == 2) pack(numbers, source, weight.size(1), weight.size(0), scratch);
        return numbers;
    }

    /// Asks for one of `parts` parts of a block's weights, unless they are in order already.
    void askFor(int64_t block, int64_t part, int64_t parts) const {
        if (block < 0 || block >= static_cast<int64_t>(weights_.size()) || held_[held_.size() > 1 ? block : 0] == block) return;
        const int64_t bytes = weights_[block].numel() * sizeof(float), length = roundedUp((bytes + parts - 1) / parts, 64);
        const int64_t begin = part * length;
        ask(static_cast<const char *>(weights_[block].const_data_ptr()) + begin, std::min(length, bytes - begin));
    }

  private:
    bool isReadInPlace() const { return Operand<Number>::group == 1 && !isTransposed_; }

    const std::vector<at::Tensor> &weights_;
    const bool isTransposed_;
    std::vector<int64_t> held_;  // the block in each place
    at::Tensor numbers_, scratch_;
};

/// A right operand for each block, cut into panels of columns that are read one after the other.
template <typename Number> struct Panels {
    Number *numbers;
    int64_t width, depth;

    /// A tensor [blocks, depth, width] as panels.
    explicit Panels(const at::Tensor &tensor) : numbers(data<Number>(tensor)), width(tensor.size(2)), depth(tensor.size(1)) {}

    static int64_t columns(int64_t width, int64_t column) { return std::min(chunkColumns, width - column); }
    /// An even row of the panel that begins at a column.
    Number *at(int64_t block, int64_t column, int64_t row) const {
        return numbers + (block * width + column) * depth + row * columns(width, column);
    }
    /// Asks for some rows of it.
    void askFor(int64_t block, int64_t column, int64_t row, int64_t rows) const {
        ask(at(block, column, row), rows * columns(width, column) * sizeof(Number));
    }
};

/// Calls body(column, columns) for every panel of a width.
template <typename Body> void forEachPanel(int64_t width, const Body &body) {
    for (int64_t column = 0; column < width; column += chunkColumns) body(column, std::min(chunkColumns, width - column));
}

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
