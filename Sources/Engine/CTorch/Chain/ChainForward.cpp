#include "ChainParts.hpp"

#include <ATen/ops/gelu.h>
#include <ATen/ops/zeros.h>

#include <cstring>

namespace ctorch {

namespace {

using namespace chain;

template <typename Number> at::Tensor forward(const Chain &chain, ChainMemory *memory) {
    const int64_t items = chain.items(), width = chain.width(), bottleneck = chain.bottleneck(), blocks = chain.blocks();
    const PackedWeights<Number> weights(chain, true);
    const int64_t outputs = chain.outputs();
    // At least one, so that no product is of depth zero where there are no items.
    const int64_t padded = std::max(itemMultiple, roundedUp(items, itemMultiple));
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

} // namespace

at::Tensor chainForward(const Chain &chain, bool inBFloat16, ChainMemory *memory) {
    return inBFloat16 ? forward<at::BFloat16>(chain, memory) : forward<float>(chain, memory);
}

} // namespace ctorch
