#include "../Kernels/Rows.hpp"
#include "Attention.hpp"
#include "Blocks.hpp"
#include "ResidualNorm.hpp"

namespace ctorch::history {

namespace {

/// Sums over rows, one for each parameter, that each part of the pieces adds up for itself.
class PartialSums {
  public:
    /// `sums` are those of the first part, and then of all.
    PartialSums(const std::vector<float *> &sums, const std::vector<int64_t> &sizes, int64_t parts)
        : sums_(sums), sizes_(sizes), parts_(parts) {
        for (int64_t size : sizes) {
            starts_.push_back(size_);
            size_ += roundedUp(size, 16);
        }
        others_ = Buffer<float>(std::max<int64_t>(0, parts - 1) * size_);
    }

    float *at(int64_t part, int64_t parameter) const {
        return part == 0 ? sums_[parameter] : others_ + (part - 1) * size_ + starts_[parameter];
    }
    /// Zeroes what is added up row by row; a product over rows starts by itself.
    void clearRowSums(int64_t part, int64_t width, int64_t hidden) const {
        for (size_t i = 0; i < sums_.size(); ++i)
            if (i == position || sizes_[i] == width || sizes_[i] == hidden) clear(at(part, i), sizes_[i], 0, 1);
    }
    void addUp() const {
        for (size_t i = 0; i < sums_.size(); ++i) {
            if (parts_ == 0) clear(sums_[i], sizes_[i], 0, 1);
            for (int64_t part = 1; part < parts_; ++part) rows::add(sums_[i], at(part, i), sizes_[i]);
        }
    }

  private:
    const std::vector<float *> &sums_;
    const std::vector<int64_t> &sizes_;
    int64_t parts_, size_ = 0;
    std::vector<int64_t> starts_;
    Buffer<float> others_;
};

} // namespace

void backward(
    const Blocks &blocks, const float *gradient, const Histories &histories, const Pieces &pieces, const Memory &memory, float *ofItems,
    const std::vector<float *> &ofParameters, const std::vector<int64_t> &sizes) {
    const int64_t width = blocks.width, hidden = blocks.hidden, headWidth = width / blocks.heads;
    const std::vector<float> ones(width, 1);
    const PartialSums sums(ofParameters, sizes, pieces.partCount());
    inParallel(pieces.partCount(), [&](int64_t part) {
        const MatrixUnit<float> unit;
        // Whole squares of 16 rows, on which a transposition works.
        const int64_t most = roundedUp(pieces.largest, 16), widest = std::max(3 * width, hidden);
        const Buffer<float> g(most * width), e(most * width), ofSeen(most * width), inner(most * widest), left(widest * most);
        std::vector<float> scratch(histories.longest), unused(width);
        sums.clearRowSums(part, width, hidden);
        for (int64_t p = pieces.parts[part]; p < pieces.parts[part + 1]; ++p) {
            const Piece &piece = pieces.all[p];
            const int64_t count = piece.padded;
            const bool adds = p > pieces.parts[part];
            // To the gradient of a weight: that of its outputs, transposed, times its inputs.
            const auto addProduct = [&](float *sum, const float *outputs, int64_t outputCount, int64_t outputStride, const float *inputs,
                                        int64_t inputCount) {
                rows::transpose(left, most, outputs, outputStride, roundedUp(count, 16), outputCount);
                multiply(outputCount, inputCount, count, left, most, inputs, inputCount, sum, inputCount, adds);
            };
            std::memcpy(g, gradient + piece.row * width, piece.rows * width * sizeof(float));
            clear(g, width, piece.rows, count);
            clear(e, width, piece.rows, count);
            for (int64_t block = blocks.count() - 1; block >= 0; --block) {
                const Activations here = memory.activations(block, piece.place);
                const auto sum = [&](Parameter parameter) { return sums.at(part, Blocks::place(block, parameter)); };
                const auto factors = [&](const float *mask) { return memory.isMasked() ? RowsOf{mask, width} : RowsOf{ones.data(), 0}; };

                normaliseBackward(
                    piece.rows, width, g, e, factors(here.mask), blocks.at(block, normWeight), here.normal, here.inverse, sum(normWeight),
                    sum(normBias), sum(downBias));
                addProduct(sum(downWeight), e, width, width, here.rectified, hidden);
                multiply(count, hidden, width, e, width, blocks.at(block, downWeight), hidden, inner, hidden);
                float *biasSum = sum(upBias);
                for (int64_t row = 0; row < piece.rows; ++row)
                    rows::rectifyGradient(inner + row * hidden, here.rectified + row * hidden, biasSum, hidden);
                addProduct(sum(upWeight), inner, hidden, hidden, here.attended, width);
                multiply(count, width, hidden, inner, hidden, blocks.at(block, upWeight), width, g, width, true);

                normaliseBackward(
                    piece.rows, width, g, e, factors(here.attendedMask), blocks.at(block, attentionNormWeight), here.attendedNormal,
                    here.attendedInverse, sum(attentionNormWeight), sum(attentionNormBias), unused.data());
                addProduct(sum(output), e, width, width, here.seen, width);
                multiply(count, width, width, e, width, blocks.at(block, output), width, ofSeen, width);
                clear(inner, 3 * width, 0, count);
                for (int64_t history = piece.begin; history < piece.end; ++history)
                    for (int64_t head = 0; head < blocks.heads; ++head) {
                        const int64_t row = histories.rows[history] - piece.row, pair = histories.pairs[history];
                        const int64_t place = row * 3 * width + head * headWidth;
                        const float *start = here.sides + place;
                        float *target = inner + place;
                        attendBackward(
                            {start, start + width, start + 2 * width, histories.length(history), 3 * width, headWidth},
                            memory.pairMask(block, head, pair), memory.probabilities(block, head, pair),
                            ofSeen + row * width + head * headWidth, width, target, target + width, target + 2 * width,
                            scratch.data());
                    }
                for (Parameter side : {query, key, value}) {
                    addProduct(sum(side), inner + side * width, width, 3 * width, here.x, width);
                    multiply(count, width, width, inner + side * width, 3 * width, blocks.at(block, side), width, g, width, true);
                }
            }
            const EntryActivations entry = memory.entry(piece.place);
            if (memory.isMasked()) rows::multiply(g, entry.mask, piece.rows * width);
            normaliseBackward(
                piece.rows, width, g, e, {ones.data(), 0}, blocks.at(entryNormWeight), entry.normal, entry.inverse,
                sums.at(part, entryNormWeight), sums.at(part, entryNormBias), unused.data());
            std::memcpy(ofItems + piece.row * width, g, piece.rows * width * sizeof(float));
            float *ofPositions = sums.at(part, position);
            for (int64_t row = 0; row < piece.rows; ++row)
                rows::add(ofPositions + blocks.positions[piece.row + row] * width, g + row * width, width);
        }
    });
    sums.addUp();
}

} // namespace ctorch::history
