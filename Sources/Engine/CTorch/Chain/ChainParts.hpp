// What the forward and the backward pass of a chain share.
#pragma once

#include "Chain.hpp"

#include "../Parallel.hpp"
#include "Products.hpp"

#include <ATen/Parallel.h>
#include <ATen/ops/empty.h>

#include <cmath>

namespace ctorch::chain {

/// Items that go through a product together.
inline constexpr int64_t tileRows = 64;
/// Items that go through a block before the next one's weights are read.
inline constexpr int64_t rangeRows = 256;
/// Columns of a product whose result stays in the nearest cache.
inline constexpr int64_t chunkColumns = 128;
/// The depth of products over items is a multiple of this.
inline constexpr int64_t itemMultiple = 32;

inline int64_t roundedUp(int64_t value, int64_t multiple) { return (value + multiple - 1) / multiple * multiple; }

inline at::Tensor buffer(at::IntArrayRef sizes, at::ScalarType type = at::kFloat) {
    return at::empty(sizes, at::TensorOptions().dtype(type));
}

template <typename Number> Number *data(const at::Tensor &tensor) { return tensor.mutable_data_ptr<Number>(); }

/// Where one thread's part of the items begins and ends, for all parts.
struct Ranges {
    int64_t items, length, count;

    explicit Ranges(int64_t items) : items(items) {
        const int64_t threads = std::max<int64_t>(1, at::get_num_threads());
        // Even lengths: items are interleaved in pairs.
        length = std::min(rangeRows, std::max<int64_t>(2, roundedUp((items + threads - 1) / threads, 2)));
        count = (items + length - 1) / length;
    }
    int64_t begin(int64_t range) const { return range * length; }
    int64_t end(int64_t range) const { return std::min(items, begin(range) + length); }
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

/// Rows of one or two tables.
class Reader {
  public:
    Reader(const ChainTable &table, int64_t width) : width_(width) {
        if (!table.states.defined()) return;
        type_ = table.states.scalar_type();
        data_ = static_cast<const char *>(table.states.const_data_ptr());
        rowBytes_ = table.states.stride(0) * table.states.element_size();
        layerBytes_ = table.states.stride(1) * table.states.element_size();
        bytes_ = width * table.states.element_size();
        rows_ = table.rows.defined() ? table.rows.const_data_ptr<int64_t>() : nullptr;
        layers_ = table.layers.data();
    }

    /// y = q state.
    void read(int64_t item, int64_t block, float q, float *y) const { rows::read(y, at(item, block), type_, q, width_); }
    /// y = y + q state.
    void readAdding(int64_t item, int64_t block, float q, float *y) const {
        rows::readAdding(y, at(item, block), type_, q, width_);
    }
    /// Asks for a state that is read soon: rows stand anywhere in the table, where the machine does not foresee them.
    void expect(int64_t item, int64_t block) const {
        const char *state = at(item, block);
        for (int64_t byte = 0; byte < bytes_; byte += 64) __builtin_prefetch(state + byte);
    }

  private:
    const char *at(int64_t item, int64_t block) const {
        return data_ + (rows_ ? rows_[item] : item) * rowBytes_ + layers_[block] * layerBytes_;
    }

    int64_t width_;
    at::ScalarType type_ = at::kFloat;
    const char *data_ = nullptr;
    int64_t rowBytes_ = 0, layerBytes_ = 0, bytes_ = 0;
    const int64_t *rows_ = nullptr;
    const int64_t *layers_ = nullptr;
};

/// The weights of a chain as right operands, transposed for the forward pass or as they are for the backward pass.
template <typename Number> struct PackedWeights {
    at::Tensor down, up;  ///< [blocks, width * bottleneck]
    at::Tensor map;       ///< [1, width * outputs]

    PackedWeights(const Chain &chain, bool isTransposed) {
        // Float32 weights can be read as they are.
        if (Operand<Number>::group == 1 && !isTransposed) return;
        const int64_t blocks = chain.blocks(), size = chain.width() * chain.bottleneck();
        down = buffer({blocks, size}, Operand<Number>::type);
        up = buffer({blocks, size}, Operand<Number>::type);
        map = buffer({1, chain.map.numel()}, Operand<Number>::type);
        inParallel(2 * blocks + 1, [&](int64_t part) {
            const at::Tensor &weight = part == 2 * blocks ? chain.map
                : part < blocks                           ? chain.downWeights[part]
                                                          : chain.upWeights[part - blocks];
            Number *target = part == 2 * blocks ? data<Number>(map)
                : part < blocks                 ? data<Number>(down) + part * size
                                                : data<Number>(up) + (part - blocks) * size;
            const at::Tensor scratch = buffer({weight.numel()}, at::kBFloat16);
            if (isTransposed) {
                packTransposed(
                    target, data<float>(weight), weight.size(0), weight.size(1), data<at::BFloat16>(scratch));
            } else if constexpr (Operand<Number>::group == 2) {
                pack(target, data<float>(weight), weight.size(1), weight.size(0), data<at::BFloat16>(scratch));
            }
        });
    }
};

/// A block's weights [depth, columns] as a right operand.
template <typename Number> const Number *plainWeights(const at::Tensor &packed, const at::Tensor &weight, int64_t block) {
    if constexpr (Operand<Number>::group == 1) {
        return weight.const_data_ptr<float>();
    } else {
        return data<Number>(packed) + block * weight.numel();
    }
}

/// Zeroes all places of a dimension from one on.
inline void clearPadding(const at::Tensor &tensor, int64_t dimension, int64_t from) {
    if (from < tensor.size(dimension)) tensor.narrow(dimension, from, tensor.size(dimension) - from).zero_();
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

} // namespace ctorch::chain
