#include "ChainParts.hpp"

#include <ATen/ops/gelu_backward.h>
#include <ATen/ops/zeros.h>
#include <ATen/ops/zeros_like.h>

namespace ctorch {

namespace {

using namespace chain;

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

ChainGradients chainBackward(
    const Chain &chain, const ChainMemory &memory, const at::Tensor &output, bool ofFirst, bool ofSecond) {
    return memory.inputs.scalar_type() == at::kBFloat16
        ? backward<at::BFloat16>(chain, memory, output, ofFirst, ofSecond)
        : backward<float>(chain, memory, output, ofFirst, ofSecond);
}

} // namespace ctorch
