#include "../Kernels/Rows.hpp"
#include "Attention.hpp"
#include "Blocks.hpp"
#include "ResidualNorm.hpp"

namespace ctorch::history {

namespace {

/// The weights of all blocks as right operands, transposed.
class TransposedWeights {
  public:
    explicit TransposedWeights(const Blocks &blocks)
        : width_(blocks.width), hidden_(blocks.hidden), all_(blocks.count() * (4 * width_ * width_ + 2 * width_ * hidden_)) {
        for (int64_t block = 0; block < blocks.count(); ++block) {
            for (int64_t side = 0; side < 3; ++side)
                transpose(sides(block) + side * width_, 3 * width_, blocks.at(block, static_cast<Parameter>(query + side)), width_, width_);
            transpose(output(block), width_, blocks.at(block, Parameter::output), width_, width_);
            transpose(up(block), hidden_, blocks.at(block, upWeight), hidden_, width_);
            transpose(down(block), width_, blocks.at(block, downWeight), width_, hidden_);
        }
    }

    float *sides(int64_t block) const { return all_ + block * (4 * width_ + 2 * hidden_) * width_; }  ///< [width, 3 width]
    float *output(int64_t block) const { return sides(block) + 3 * width_ * width_; }   ///< [width, width]
    float *up(int64_t block) const { return output(block) + width_ * width_; }          ///< [width, hidden]
    float *down(int64_t block) const { return up(block) + width_ * hidden_; }           ///< [hidden, width]

  private:
    static void transpose(float *out, int64_t stride, const float *weight, int64_t outputs, int64_t inputs) {
        rows::transpose(out, stride, weight, inputs, outputs, inputs);
    }

    int64_t width_, hidden_;
    Buffer<float> all_;
};

/// What dropout makes of ones for pieces.
class Masks {
  public:
    Masks(const Fates &fates, const Blocks &blocks, const Histories &histories)
        : fates_(fates), blocks_(blocks.count()), heads_(blocks.heads), width_(blocks.width), rows_(histories.rows.back()),
          pairs_(histories.pairCount()) {}

    /// Of rows, for the first, second, .. use of dropout on rows.
    void draw(float *mask, const Piece &piece, int64_t use) const {
        fates_.drop(mask, (use * rows_ + piece.row) * width_, piece.rows * width_);
    }
    /// Of a head's pairs.
    void drawPairs(float *mask, const Piece &piece, int64_t block, int64_t head) const {
        const int64_t before = (1 + 2 * blocks_) * rows_ * width_;
        fates_.drop(mask, before + (block * heads_ + head) * pairs_ + piece.pair, piece.pairs);
    }

  private:
    Fates fates_;
    int64_t blocks_, heads_, width_, rows_, pairs_;
};

} // namespace

void forward(
    const Blocks &blocks, const float *items, const Histories &histories, const Pieces &pieces, const std::optional<Fates> &fates,
    const Memory *memory, float *result) {
    const int64_t width = blocks.width, hidden = blocks.hidden, headWidth = width / blocks.heads, last = blocks.count() - 1;
    const TransposedWeights weights(blocks);
    const std::vector<float> zeros(width), ones(width, 1);
    std::optional<Masks> masks;
    if (fates) masks.emplace(*fates, blocks, histories);
    inParallel(pieces.partCount(), [&](int64_t part) {
        const MatrixUnit<float> unit;
        // Without a backward pass there is room for one piece in one block.
        const Memory ofPiece(blocks, 1, pieces.largest, pieces.mostPairs, fates.has_value());
        const Buffer<float> numbers(memory ? 0 : ofPiece.size());
        const Memory own = memory ? *memory : ofPiece.at(numbers);
        const Buffer<float> branch(pieces.largest * width), next(pieces.largest * width);
        for (int64_t p = pieces.parts[part]; p < pieces.parts[part + 1]; ++p) {
            const Piece &piece = pieces.all[p];
            const EntryActivations entry = own.entry(memory ? piece.place : 0);
            for (int64_t row = 0; row < piece.rows; ++row)
                std::memcpy(branch + row * width, blocks.at(position) + blocks.positions[piece.row + row] * width, width * sizeof(float));
            normalise(
                piece.rows, width, items + piece.row * width, branch, zeros.data(), {ones.data(), 0},
                {blocks.at(entryNormWeight), blocks.at(entryNormBias), blocks.epsilon}, entry.normal, entry.inverse, next);
            if (masks) {
                masks->draw(entry.mask, piece, 0);
                rows::multiply(next, entry.mask, piece.rows * width);
            }
            for (int64_t block = 0; block <= last; ++block) {
                const int64_t place = memory ? block : 0, firstPair = memory ? piece.pair : 0;
                const Activations here = own.activations(place, memory ? piece.place : 0);
                if (masks) {
                    masks->draw(here.attendedMask, piece, 1 + 2 * block);
                    masks->draw(here.mask, piece, 2 + 2 * block);
                    for (int64_t head = 0; head < blocks.heads; ++head)
                        masks->drawPairs(own.pairMask(place, head, firstPair), piece, block, head);
                }
                const auto factors = [&](const float *mask) { return masks ? RowsOf{mask, width} : RowsOf{ones.data(), 0}; };
                std::memcpy(here.x, next, piece.rows * width * sizeof(float));
                for (float *matrix : {here.x, here.seen, here.attended}) clear(matrix, width, piece.rows, piece.padded);

                multiply(piece.padded, 3 * width, width, here.x, width, weights.sides(block), 3 * width, here.sides, 3 * width);
                for (int64_t history = piece.begin; history < piece.end; ++history)
                    for (int64_t head = 0; head < blocks.heads; ++head) {
                        const int64_t row = histories.rows[history] - piece.row;
                        const int64_t pair = firstPair + histories.pairs[history] - piece.pair;
                        const float *start = here.sides + row * 3 * width + head * headWidth;
                        attend(
                            {start, start + width, start + 2 * width, histories.length(history), 3 * width, headWidth},
                            own.pairMask(place, head, pair), own.probabilities(place, head, pair),
                            here.seen + row * width + head * headWidth, width);
                    }
                multiply(piece.padded, width, width, here.seen, width, weights.output(block), width, branch, width);
                normalise(
                    piece.rows, width, here.x, branch, zeros.data(), factors(here.attendedMask),
                    {blocks.at(block, attentionNormWeight), blocks.at(block, attentionNormBias), blocks.epsilon}, here.attendedNormal,
                    here.attendedInverse, here.attended);

                multiply(piece.padded, hidden, width, here.attended, width, weights.up(block), hidden, here.rectified, hidden);
                const float *bias = blocks.at(block, upBias);
                for (int64_t row = 0; row < piece.rows; ++row) rows::rectify(here.rectified + row * hidden, bias, hidden);
                multiply(piece.padded, width, hidden, here.rectified, hidden, weights.down(block), width, branch, width);
                normalise(
                    piece.rows, width, here.attended, branch, blocks.at(block, downBias), factors(here.mask),
                    {blocks.at(block, normWeight), blocks.at(block, normBias), blocks.epsilon}, here.normal, here.inverse,
                    block == last ? result + piece.row * width : next);
            }
        }
    });
}

} // namespace ctorch::history
