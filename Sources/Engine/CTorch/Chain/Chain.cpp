#include "Chain.hpp"

#include "../Parallel.hpp"
#include "Products.hpp"

#include <ATen/Parallel.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/gelu.h>
#include <ATen/ops/gelu_backward.h>
#include <ATen/ops/zeros.h>
#include <ATen/ops/zeros_like.h>

#include <cmath>
#include <cstring>

namespace ctorch {

namespace {

/// Items that go through a product together.
constexpr int64_t tileRows = 64;
/// Items that go through a block before the next one's weights are read.
constexpr int64_t rangeRows = 256;
/// Columns of a product whose result stays in the nearest cache.
constexpr int64_t chunkColumns = 128;
/// The depth of products over items is a multiple of this.
constexpr int64_t itemMultiple = 32;

int64_t roundedUp(int64_t value, int64_t multiple) { return (value + multiple - 1) / multiple * multiple; }

at::Tensor buffer(at::IntArrayRef sizes, at::ScalarType type = at::kFloat) {
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
void clearPadding(const at::Tensor &tensor, int64_t dimension, int64_t from) {
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

template <typename Number> at::Tensor forward(const Chain &chain, ChainMemory *memory) {
    const int64_t items = chain.items(), width = chain.width(), bottleneck = chain.bottleneck(), blocks = chain.blocks();
    const PackedWeights<Number> weights(chain, true);
    const int64_t outputs = chain.outputs();
    const int64_t padded = roundedUp(items, itemMultiple);
    if (memory) {
        memory->inputs = buffer({blocks, padded, width}, Operand<Number>::type);
        memory->activations = buffer({blocks, items, bottleneck}, Operand<Number>::type);
        memory->transposedActivations = buffer({blocks, bottleneck, padded}, Operand<Number>::type);
        memory->last = buffer({1, padded, width}, Operand<Number>::type);
        clearPadding(memory->inputs, 1, roundedUp(items, 2));
        clearPadding(memory->last, 1, roundedUp(items, 2));
        clearPadding(memory->transposedActivations, 2, items);
        if (chain.isGELU) memory->sums = buffer({blocks, items, bottleneck});
    }
    const at::Tensor output = buffer({items, outputs});
    const Reader first(chain.first, width), second(chain.second, width);
    const Ranges ranges(items);
    inParallel(ranges.count, [&](int64_t range) {
        const int64_t begin = ranges.begin(range), end = ranges.end(range);
        const at::Tensor state = at::zeros({roundedUp(end - begin, 2), width}, at::kFloat);  // h, then x
        const at::Tensor tile = buffer({tileRows, width}, Operand<Number>::type);
        const at::Tensor unused = buffer({2, width}, Operand<Number>::type);
        const at::Tensor sums = buffer({tileRows, bottleneck}), transposed = buffer({bottleneck, tileRows});
        const at::Tensor activations = buffer({tileRows, bottleneck}, Operand<Number>::type);
        const at::Tensor source = at::zeros({2, width}, at::kFloat), zeros = at::zeros({width}, at::kFloat);
        float *h = data<float>(state), *z = data<float>(sums), *y = data<float>(source);
        Number *left = data<Number>(tile), *a = data<Number>(activations);
        const float *bias = data<float>(zeros);  // of the block before: h lacks it
        for (int64_t block = 0; block < blocks; ++block) {
            const Factors factors = Factors::of(chain, block);
            const Number *downWeight = data<Number>(weights.down) + block * width * bottleneck;
            const Number *upWeight = data<Number>(weights.up) + block * width * bottleneck;
            for (int64_t start = begin; start < end; start += tileRows) {
                const int64_t count = std::min(tileRows, end - start);
                float *tileState = h + (start - begin) * width;
                for (int64_t row = 0; row < count; row += 2) {
                    for (int64_t one = 0; one < 2; ++one) {
                        const int64_t item = start + row + one;
                        // The row beside the last one of an odd number stays zero but for biases; no product reads it.
                        if (item >= end) { rows::scale(y + width, 0, y, width); continue; }
                        first.read(item, block, factors.q, y + one * width);
                        if (chain.hasTwo()) second.readAdding(item, block, factors.s, y + one * width);
                        const int64_t soon = std::min(item + 2, end - 1);
                        first.expect(soon, block);
                        if (chain.hasTwo()) second.expect(soon, block);
                    }
                    Number *kept = memory ? at3<Number>(memory->inputs, block, start + row) : data<Number>(unused);
                    rows::enter(tileState + row * width, factors.p, bias, y, left + row * width, kept, width);
                }
                product(count, bottleneck, width, left, width, downWeight, bottleneck, z, bottleneck);
                const float *downBias = data<float>(chain.downBiases[block]);
                if (chain.isGELU) {
                    for (int64_t row = 0; row < count; ++row) rows::add(z + row * bottleneck, downBias, bottleneck);
                    if (memory) std::memcpy(at3<float>(memory->sums, block, start), z, count * bottleneck * sizeof *z);
                    at::Tensor view = sums.narrow(0, 0, count);
                    at::gelu_out(view, view);
                } else {
                    for (int64_t row = 0; row < count; ++row) rows::rectify(z + row * bottleneck, downBias, bottleneck);
                }
                rows::store(a, z, count * bottleneck);
                if (memory) {
                    std::memcpy(at3<Number>(memory->activations, block, start), a, count * bottleneck * sizeof *a);
                    storeTransposed(
                        at3<Number>(memory->transposedActivations, block, 0) + start, padded, z, count, bottleneck,
                        data<float>(transposed));
                }
                for (int64_t column = 0; column < width; column += chunkColumns)
                    product(
                        count, std::min(chunkColumns, width - column), bottleneck, a, bottleneck,
                        upWeight + column * Operand<Number>::group, width, tileState + column, width, true);
            }
            bias = data<float>(chain.upBiases[block]);
        }
        for (int64_t start = begin; start < end; start += tileRows) {
            const int64_t count = std::min(tileRows, end - start);
            std::memset(y, 0, 2 * width * sizeof *y);
            for (int64_t row = 0; row < count; row += 2) {
                Number *kept = memory ? at3<Number>(memory->last, 0, start + row) : data<Number>(unused);
                rows::enter(h + (start - begin + row) * width, 1, bias, y, left + row * width, kept, width);
            }
            product(
                count, outputs, width, left, width, data<Number>(weights.map), outputs, data<float>(output) + start * outputs, outputs);
        }
        releaseProducts<Number>();
    });
    return output;
}

/// Sums over items that each range adds up for itself.
struct PartialSums {
    at::Tensor downBiases, upBiases, gates;  // [ranges, blocks, ...]

    PartialSums(int64_t ranges, const Chain &chain)
        : downBiases(at::zeros({ranges, chain.blocks(), chain.bottleneck()}, at::kFloat)),
          upBiases(at::zeros({ranges, chain.blocks(), chain.width()}, at::kFloat)),
          gates(at::zeros({ranges, chain.blocks()}, at::kDouble)) {}
};

template <typename Number>
ChainGradients backward(
    const Chain &chain, const ChainMemory &memory, const at::Tensor &outputGradient, bool ofFirst, bool ofSecond) {
    const int64_t items = chain.items(), width = chain.width(), bottleneck = chain.bottleneck(), blocks = chain.blocks();
    const int64_t padded = memory.inputs.size(1);
    const PackedWeights<Number> weights(chain, false);
    const int64_t outputs = chain.outputs();
    const at::Tensor grown = outputGradient.to(at::kFloat).contiguous();
    // As left operand of the product over items.
    const at::Tensor transposedGrown = buffer({1, outputs, padded}, Operand<Number>::type);
    clearPadding(transposedGrown, 2, items);
    // dh as right operand, and the gradient of D x + b as left operand, of the products over items.
    const at::Tensor states = buffer({blocks, padded, width}, Operand<Number>::type);
    const at::Tensor sums = buffer({blocks, bottleneck, padded}, Operand<Number>::type);
    clearPadding(states, 1, roundedUp(items, 2));
    clearPadding(sums, 2, items);
    ChainGradients gradients;
    if (ofFirst) gradients.first = at::zeros_like(chain.first.states, at::kFloat);
    if (ofSecond) gradients.second = at::zeros_like(chain.second.states, at::kFloat);
    const Reader first(chain.first, width), second(chain.second, width);
    const Ranges ranges(items);
    PartialSums partial(ranges.count, chain);
    inParallel(ranges.count, [&](int64_t range) {
        const int64_t begin = ranges.begin(range), end = ranges.end(range);
        const at::Tensor gradient = at::zeros({roundedUp(end - begin, 2), width}, at::kFloat);  // dh, then dx
        const at::Tensor tile = buffer({tileRows, width}, Operand<Number>::type);
        const at::Tensor inner = buffer({tileRows, bottleneck}), transposed = buffer({bottleneck, tileRows});
        const at::Tensor innerNumbers = buffer({tileRows, bottleneck}, Operand<Number>::type);
        const at::Tensor outer = buffer({tileRows, outputs}, Operand<Number>::type);
        const at::Tensor transposedOuter = buffer({outputs, tileRows});
        const at::Tensor source = buffer({width}), inputs = buffer({2, width});
        float *dh = data<float>(gradient), *dz = data<float>(inner), *y = data<float>(source), *x = data<float>(inputs);
        Number *left = data<Number>(tile), *dzNumbers = data<Number>(innerNumbers);
        for (int64_t start = begin; start < end; start += tileRows) {
            const int64_t count = std::min(tileRows, end - start);
            const float *grownTile = data<float>(grown) + start * outputs;
            rows::store(data<Number>(outer), grownTile, count * outputs);
            storeTransposed(
                at3<Number>(transposedGrown, 0, 0) + start, padded, grownTile, count, outputs, data<float>(transposedOuter));
            for (int64_t column = 0; column < width; column += chunkColumns)
                product(
                    count, std::min(chunkColumns, width - column), outputs, data<Number>(outer), outputs,
                    plainWeights<Number>(weights.map, chain.map, 0) + column * Operand<Number>::group, width,
                    dh + (start - begin) * width + column, width);
        }
        for (int64_t block = blocks - 1; block >= 0; --block) {
            const Factors factors = Factors::of(chain, block);
            const Number *upWeight = plainWeights<Number>(weights.up, chain.upWeights[block], block);
            const Number *downWeight = plainWeights<Number>(weights.down, chain.downWeights[block], block);
            float *downBias = at3<float>(partial.downBiases, range, block);
            float *upBias = at3<float>(partial.upBiases, range, block);
            double gate = 0;
            for (int64_t start = begin; start < end; start += tileRows) {
                const int64_t count = std::min(tileRows, end - start);
                float *tileGradient = dh + (start - begin) * width;
                for (int64_t row = 0; row < count; row += 2)
                    rows::receive(
                        tileGradient + row * width, left + row * width, at3<Number>(states, block, start + row), upBias, width);
                product(count, bottleneck, width, left, width, upWeight, bottleneck, dz, bottleneck);
                const Number *kept = at3<Number>(memory.activations, block, start);
                if (chain.isGELU) {
                    at::Tensor view = inner.narrow(0, 0, count);
                    at::gelu_backward_out(view, view, memory.sums.select(0, block).narrow(0, start, count));
                    for (int64_t row = 0; row < count; ++row) rows::add(downBias, dz + row * bottleneck, bottleneck);
                } else {
                    for (int64_t row = 0; row < count; ++row)
                        rows::rectifyGradient(dz + row * bottleneck, kept + row * bottleneck, downBias, bottleneck);
                }
                rows::store(dzNumbers, dz, count * bottleneck);
                storeTransposed(
                    at3<Number>(sums, block, 0) + start, padded, dz, count, bottleneck, data<float>(transposed));
                for (int64_t column = 0; column < width; column += chunkColumns)
                    product(
                        count, std::min(chunkColumns, width - column), bottleneck, dzNumbers, bottleneck,
                        downWeight + column * Operand<Number>::group, width, tileGradient + column, width, true);
                for (int64_t row = 0; row < count; ++row) {
                    const int64_t item = start + row;
                    float *here = tileGradient + row * width;
                    if (chain.gates.defined()) {
                        first.read(item, block, 1, y);
                        first.expect(std::min(item + 2, end - 1), block);
                        if (chain.hasTwo()) {
                            second.readAdding(item, block, -1, y);
                            second.expect(std::min(item + 2, end - 1), block);
                            gate += rows::dot(here, y, width);
                        } else {
                            // (1 - g) (A - h) = A - x, so that h itself need not be kept.
                            if (row % 2 == 0) rows::separate(x, at3<Number>(memory.inputs, block, item), width);
                            gate += rows::dotDifference(here, y, x + row % 2 * width, width);
                        }
                    }
                    if (ofFirst) rows::scale(at3<float>(gradients.first, item, chain.first.layers[block]), factors.q, here, width);
                    if (ofSecond) rows::scale(at3<float>(gradients.second, item, chain.second.layers[block]), factors.s, here, width);
                    if (factors.p != 1) rows::scale(here, factors.p, here, width);
                }
            }
            data<double>(partial.gates)[range * blocks + block] = gate;
        }
        releaseProducts<Number>();
    });

    // The weights' gradients: products over all items, block by block and a few columns at a time.
    for (int64_t block = 0; block < blocks; ++block) {
        gradients.downWeights.push_back(buffer({bottleneck, width}));
        gradients.upWeights.push_back(buffer({width, bottleneck}));
    }
    gradients.map = buffer({outputs, width});
    const int64_t chunks = (width + chunkColumns - 1) / chunkColumns;
    inParallel((blocks * 2 + 1) * chunks, [&](int64_t part) {
        const int64_t block = part / (2 * chunks), column = part % chunks * chunkColumns;
        const int64_t columns = std::min(chunkColumns, width - column);
        const int64_t offset = column * Operand<Number>::group;
        if (block == blocks) {
            product(
                outputs, columns, padded, at3<Number>(transposedGrown, 0, 0), padded, at3<Number>(memory.last, 0, 0) + offset,
                width, data<float>(gradients.map) + column, width);
        } else if (part / chunks % 2 == 0) {
            product(
                bottleneck, columns, padded, at3<Number>(sums, block, 0), padded, at3<Number>(memory.inputs, block, 0) + offset,
                width, gradients.downWeights[block].mutable_data_ptr<float>() + column, width);
        } else {
            const at::Tensor transposed = buffer({bottleneck, chunkColumns});
            product(
                bottleneck, columns, padded, at3<Number>(memory.transposedActivations, block, 0), padded, at3<Number>(states, block, 0) + offset,
                width, transposed.mutable_data_ptr<float>(), chunkColumns);
            rows::transpose(
                gradients.upWeights[block].mutable_data_ptr<float>() + column * bottleneck, bottleneck,
                transposed.const_data_ptr(), chunkColumns, bottleneck, columns);
        }
        releaseProducts<Number>();
    });

    const auto downBiases = partial.downBiases.sum(0), upBiases = partial.upBiases.sum(0);
    for (int64_t block = 0; block < blocks; ++block) {
        gradients.downBiases.push_back(downBiases[block]);
        gradients.upBiases.push_back(upBiases[block]);
    }
    if (chain.gates.defined()) {
        gradients.gates = buffer({blocks});
        const auto total = partial.gates.sum(0);
        for (int64_t block = 0; block < blocks; ++block) {
            const Factors factors = Factors::of(chain, block);
            const double slope = (chain.hasTwo() ? factors.q * factors.s : factors.q) / chain.temperature;
            gradients.gates.mutable_data_ptr<float>()[block] =
                static_cast<float>(slope * total.const_data_ptr<double>()[block]);
        }
    }
    return gradients;
}

} // namespace

void Chain::check() const {
    const auto checkTable = [&](const ChainTable &table, const char *name) {
        TORCH_CHECK(
            table.states.dim() == 3 && table.states.size(2) == width() && table.states.stride(2) == 1 && table.states.is_cpu(), name,
            " is not a table [rows, layers, ", width(), "] in the processor's memory");
        const auto type = table.states.scalar_type();
        TORCH_CHECK(type == at::kFloat || type == at::kHalf || type == at::kBFloat16, name, " is of type ", type);
        TORCH_CHECK(static_cast<int64_t>(table.layers.size()) == blocks(), name, " has ", table.layers.size(), " layers");
        for (int64_t layer : table.layers)
            TORCH_CHECK(layer >= 0 && layer < table.states.size(1), name, " has no layer ", layer);
        const int64_t count = table.rows.defined() ? table.rows.size(0) : table.states.size(0);
        TORCH_CHECK(count == items(), name, " is read for ", count, " items, not ", items());
        if (!table.rows.defined()) return;
        TORCH_CHECK(table.rows.scalar_type() == at::kLong && table.rows.is_contiguous() && table.rows.is_cpu(), name, "'s rows");
        const int64_t *rows = table.rows.const_data_ptr<int64_t>();
        for (int64_t i = 0; i < count; ++i)
            TORCH_CHECK(rows[i] >= 0 && rows[i] < table.states.size(0), name, " has no row ", rows[i]);
    };
    TORCH_CHECK(blocks() > 0, "a chain without blocks");
    checkTable(first, "the first table");
    if (hasTwo()) checkTable(second, "the second table");
    const auto checkAll = [&](const std::vector<at::Tensor> &list, at::IntArrayRef sizes, const char *name) {
        TORCH_CHECK(static_cast<int64_t>(list.size()) == blocks(), list.size(), " ", name);
        for (const auto &tensor : list)
            TORCH_CHECK(
                tensor.sizes() == sizes && tensor.scalar_type() == at::kFloat && tensor.is_contiguous() && tensor.is_cpu(), name,
                " of shape ", tensor.sizes(), ", expected float32 ", sizes);
    };
    checkAll(downWeights, {bottleneck(), width()}, "down weights");
    checkAll(downBiases, {bottleneck()}, "down biases");
    checkAll(upWeights, {width(), bottleneck()}, "up weights");
    checkAll(upBiases, {width()}, "up biases");
    TORCH_CHECK(
        map.dim() == 2 && map.size(1) == width() && map.scalar_type() == at::kFloat && map.is_contiguous() && map.is_cpu(),
        "a map of shape ", map.sizes(), ", expected float32 [outputs, ", width(), "]");
    for (int64_t size : {width(), bottleneck(), outputs()}) TORCH_CHECK(size % 32 == 0, "a width of ", size, ", not a multiple of 32");
    if (gates.defined())
        TORCH_CHECK(
            gates.sizes() == at::IntArrayRef{blocks()} && gates.scalar_type() == at::kFloat && gates.is_contiguous() && gates.is_cpu(),
            "gates of shape ", gates.sizes(), ", expected float32 [", blocks(), "]");
}

at::Tensor chainForward(const Chain &chain, bool inBFloat16, ChainMemory *memory) {
    return inBFloat16 ? forward<at::BFloat16>(chain, memory) : forward<float>(chain, memory);
}

ChainGradients chainBackward(
    const Chain &chain, const ChainMemory &memory, const at::Tensor &output, bool ofFirst, bool ofSecond) {
    return memory.inputs.scalar_type() == at::kBFloat16
        ? backward<at::BFloat16>(chain, memory, output, ofFirst, ofSecond)
        : backward<float>(chain, memory, output, ofFirst, ofSecond);
}

} // namespace ctorch
