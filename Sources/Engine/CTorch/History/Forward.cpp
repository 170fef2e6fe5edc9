#include "History.hpp"
#include "Rows.hpp"

namespace ctorch::history {

namespace {

/// The weights of all blocks as right operands: transposed, each in the place that it has among the parameters; Q, K and V side by side
/// [width, 3 width].
Buffer<float> transposed(const Blocks &blocks) {
    Buffer<float> all(blocks.starts.back());
    const int64_t width = blocks.width, hidden = blocks.hidden;
    for (int64_t block = 0; block < blocks.count(); ++block) {
        const auto transpose = [&](int64_t start, int64_t stride, Parameter weight, int64_t outputs, int64_t inputs) {
            rows::transpose(all + start, stride, blocks.numbers(block, weight), inputs, outputs, inputs);
        };
        for (Parameter side : {query, key, value})
            transpose(blocks.start(block, query) + (side - query) * width, 3 * width, side, width, width);
        transpose(blocks.start(block, output), width, output, width, width);
        transpose(blocks.start(block, upWeight), hidden, upWeight, hidden, width);
        transpose(blocks.start(block, downWeight), width, downWeight, width, hidden);
    }
    return all;
}

} // namespace

void forward(
    const Blocks &blocks, const float *items, const Histories &histories, const Pieces &pieces, const std::optional<Dropout> &dropout,
    const std::vector<void *> &memories, float *result) {
    const int64_t width = blocks.width, hidden = blocks.hidden, headWidth = width / blocks.heads, last = blocks.count() - 1;
    const Buffer<float> weights = transposed(blocks);
    const std::vector<float> zeros(width), ones(width, 1);
    const Piece largest = pieces.largest();
    const int64_t bytes = memories.empty() ? Memory(blocks, largest, dropout.has_value(), nullptr).bytes : 0;
    inParallel(pieces.partCount(), [&](int64_t part) {
        const MatrixUnit<float> unit;
        const Buffer<char> own(bytes);  // without a backward pass for one piece at a time
        const Buffer<float> branch(largest.padded * width), next(largest.padded * width);
        for (int64_t p = pieces.parts[part]; p < pieces.parts[part + 1]; ++p) {
            const Piece &piece = pieces.all[p];
            const Memory memory(blocks, piece, dropout.has_value(), memories.empty() ? own : memories[p]);
            // What dropout makes of ones, for its first, second, .. use on rows.
            const auto draw = [&](float *mask, int64_t use) {
                if (dropout)
                    dropout->fates.drop(mask, (use * dropout->allRows + dropout->rowsBefore + piece.row) * width, piece.rows * width);
            };
            for (int64_t row = 0; row < piece.rows; ++row)
                std::memcpy(branch + row * width, blocks.numbers(position) + blocks.positions[piece.row + row] * width, width * sizeof(float));
            const NormMemory unmasked{nullptr, memory.entry.normal, memory.entry.inverse};
            normalise(
                {blocks, piece, blocks.numbers(entryNormWeight), blocks.numbers(entryNormBias), unmasked, ones.data()},
                items + piece.row * width, branch, zeros.data(), next);
            draw(memory.entry.mask, 0);
            if (dropout) rows::multiply(next, memory.entry.mask, piece.rows * width);
            for (int64_t block = 0; block <= last; ++block) {
                const Activations &here = memory.blocks[block];
                draw(here.attendedNorm.mask, 1 + 2 * block);
                draw(here.norm.mask, 2 + 2 * block);
                for (int64_t head = 0; dropout && head < blocks.heads; ++head)
                    dropout->fates.drop(
                        here.pairMask + head * piece.pairs,
                        (1 + 2 * blocks.count()) * dropout->allRows * width + (block * blocks.heads + head) * dropout->allPairs +
                            dropout->pairsBefore + piece.pair,
                        piece.pairs);
                const auto norm = [&](Parameter weight, Parameter bias, const NormMemory &own) -> Norm {
                    return {blocks, piece, blocks.numbers(block, weight), blocks.numbers(block, bias), own, ones.data()};
                };
                std::memcpy(here.x, next, piece.rows * width * sizeof(float));
                for (float *matrix : {here.x, here.seen, here.attended}) clear(matrix, width, piece.rows, piece.padded);

                const auto weight = [&](Parameter parameter) { return weights + blocks.start(block, parameter); };
                multiply(piece.padded, 3 * width, width, here.x, width, weight(query), 3 * width, here.sides, 3 * width);
                for (int64_t history = piece.begin; history < piece.end; ++history)
                    for (int64_t head = 0; head < blocks.heads; ++head) {
                        const int64_t row = histories.rows[history] - piece.row;
                        const int64_t pair = head * piece.pairs + histories.pairs[history] - piece.pair;
                        const float *start = here.sides + row * 3 * width + head * headWidth;
                        attend(
                            {start, start + width, start + 2 * width, histories.length(history), 3 * width, headWidth},
                            dropout ? here.pairMask + pair : nullptr, here.probabilities + pair, here.seen + row * width + head * headWidth,
                            width);
                    }
                multiply(piece.padded, width, width, here.seen, width, weight(output), width, branch, width);
                normalise(
                    norm(attentionNormWeight, attentionNormBias, here.attendedNorm), here.x, branch, zeros.data(), here.attended);

                multiply(piece.padded, hidden, width, here.attended, width, weight(upWeight), hidden, here.rectified, hidden);
                for (int64_t row = 0; row < piece.rows; ++row)
                    rows::rectify(here.rectified + row * hidden, blocks.numbers(block, upBias), hidden);
                multiply(piece.padded, width, hidden, here.rectified, hidden, weight(downWeight), width, branch, width);
                normalise(
                    norm(normWeight, normBias, here.norm), here.attended, branch, blocks.numbers(block, downBias),
                    block == last ? result + piece.row * width : next);
            }
        }
    });
}

} // namespace ctorch::history
