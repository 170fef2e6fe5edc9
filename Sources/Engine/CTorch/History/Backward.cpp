#include "../Kernels/PartSums.hpp"
#include "History.hpp"
#include "Rows.hpp"

namespace ctorch::history {

void backward(
    const Blocks &blocks, const float *gradient, const Histories &histories, const Pieces &pieces, bool isMasked,
    const std::vector<void *> &memories, float *ofItems, float *ofParameters) {
    const int64_t width = blocks.width, hidden = blocks.hidden, headWidth = width / blocks.heads;
    const std::vector<float> ones(width, 1);
    const PartSums sums(ofParameters, blocks.starts.back(), pieces.partCount());
    // Whole squares of 16 rows, on which a transposition works.
    const int64_t most = roundedUp(pieces.largest().padded, 16), widest = std::max(3 * width, hidden);
    inParallel(pieces.partCount(), [&](int64_t part) {
        const MatrixUnit<float> unit;
        const Buffer<float> g(most * width), e(most * width), ofSeen(most * width), inner(most * widest), turned(widest * most);
        std::vector<float> scratch(histories.longest), unused(width);
        float *const own = sums.of(part);
        clear(own, blocks.starts.back(), 0, 1);
        for (int64_t p = pieces.parts[part]; p < pieces.parts[part + 1]; ++p) {
            const Piece &piece = pieces.all[p];
            const Memory memory(blocks, piece, isMasked, memories[p]);
            const int64_t count = piece.padded;
            // To the gradient of a weight: that of its outputs, transposed, times its inputs.
            const auto addProduct = [&](float *sum, const float *outputs, int64_t outputCount, int64_t outputStride, const float *inputs,
                                        int64_t inputCount) {
                rows::transpose(turned, most, outputs, outputStride, roundedUp(count, 16), outputCount);
                multiply(outputCount, inputCount, count, turned, most, inputs, inputCount, sum, inputCount, true);
            };
            const auto norm = [&](const float *weight, const NormMemory &own) -> Norm {
                return {blocks, piece, weight, nullptr, own, ones.data()};
            };
            std::memcpy(g, gradient + piece.row * width, piece.rows * width * sizeof(float));
            clear(g, width, piece.rows, count);
            clear(e, width, piece.rows, count);
            for (int64_t block = blocks.count() - 1; block >= 0; --block) {
                const Activations &here = memory.blocks[block];
                const auto sum = [&](Parameter parameter) { return own + blocks.start(block, parameter); };

                normaliseBackward(
                    norm(blocks.numbers(block, normWeight), here.norm), g, e, sum(normWeight), sum(normBias), sum(downBias));
                addProduct(sum(downWeight), e, width, width, here.rectified, hidden);
                multiply(count, hidden, width, e, width, blocks.numbers(block, downWeight), hidden, inner, hidden);
                for (int64_t row = 0; row < piece.rows; ++row)
                    rows::rectifyGradient<float>(inner + row * hidden, here.rectified + row * hidden, sum(upBias), hidden);
                addProduct(sum(upWeight), inner, hidden, hidden, here.attended, width);
                multiply(count, width, hidden, inner, hidden, blocks.numbers(block, upWeight), width, g, width, true);

                normaliseBackward(
                    norm(blocks.numbers(block, attentionNormWeight), here.attendedNorm), g, e, sum(attentionNormWeight),
                    sum(attentionNormBias), unused.data());
                addProduct(sum(output), e, width, width, here.seen, width);
                multiply(count, width, width, e, width, blocks.numbers(block, output), width, ofSeen, width);
                clear(inner, 3 * width, 0, count);
                for (int64_t history = piece.begin; history < piece.end; ++history)
                    for (int64_t head = 0; head < blocks.heads; ++head) {
                        const int64_t row = histories.rows[history] - piece.row;
                        const int64_t pair = head * piece.pairs + histories.pairs[history] - piece.pair;
                        const int64_t place = row * 3 * width + head * headWidth;
                        const float *start = here.sides + place;
                        float *target = inner + place;
                        attendBackward(
                            {start, start + width, start + 2 * width, histories.length(history), 3 * width, headWidth},
                            here.pairMask ? here.pairMask + pair : nullptr, here.probabilities + pair,
                            ofSeen + row * width + head * headWidth, width, target, target + width, target + 2 * width, scratch.data());
                    }
                for (Parameter side : {query, key, value}) {
                    addProduct(sum(side), inner + side * width, width, 3 * width, here.x, width);
                    multiply(count, width, width, inner + side * width, 3 * width, blocks.numbers(block, side), width, g, width, true);
                }
            }
            if (memory.entry.mask) rows::multiply(g, memory.entry.mask, piece.rows * width);
            normaliseBackward(
                norm(blocks.numbers(entryNormWeight), {nullptr, memory.entry.normal, memory.entry.inverse}), g, e,
                own + blocks.starts[entryNormWeight], own + blocks.starts[entryNormBias], unused.data());
            std::memcpy(ofItems + piece.row * width, g, piece.rows * width * sizeof(float));
            for (int64_t row = 0; row < piece.rows; ++row)
                rows::add(own + blocks.starts[position] + blocks.positions[piece.row + row] * width, g + row * width, width);
        }
    });
    sums.addUp();
}

} // namespace ctorch::history
