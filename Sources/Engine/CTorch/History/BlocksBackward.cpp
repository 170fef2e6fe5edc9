#include "BlocksParts.hpp"

namespace ctorch::history {

namespace {

/// Sums over rows, one for each parameter, that each part of the pieces adds up for itself.
class PartialSums {
  public:
    PartialSums(const Blocks &blocks, int64_t parts) : parts_(parts) {
        for (const auto &parameter : blocks.parameters) {
            sums_.push_back(buffer(parameter.sizes()));
            starts_.push_back(size_);
            // At multiples of 64 bytes.
            size_ += (parameter.numel() + 15) / 16 * 16;
        }
        others_ = buffer({std::max<int64_t>(0, parts - 1), size_});
    }

    float *at(int64_t part, int64_t parameter) const {
        return part == 0 ? data(sums_[parameter]) : data(others_) + (part - 1) * size_ + starts_[parameter];
    }
    /// Zeroes what is added up row by row; a product over rows starts by itself.
    void clearRowSums(int64_t part) const {
        for (int64_t i = 0; i < count(); ++i)
            if (i == position || sums_[i].dim() == 1) clear(at(part, i), sums_[i].numel(), 0, 1);
    }
    /// The sums over all parts.
    std::vector<at::Tensor> total() const {
        for (int64_t i = 0; i < count(); ++i) {
            if (parts_ == 0) sums_[i].zero_();
            for (int64_t part = 1; part < parts_; ++part) rows::add(data(sums_[i]), at(part, i), sums_[i].numel());
        }
        return sums_;
    }

  private:
    int64_t count() const { return static_cast<int64_t>(sums_.size()); }

    int64_t parts_, size_ = 0;
    std::vector<at::Tensor> sums_;  // of the first part, then of all
    std::vector<int64_t> starts_;
    at::Tensor others_;
};

} // namespace

std::vector<at::Tensor> blocksBackward(
    const Blocks &blocks, const at::Tensor &gradient, const Histories &histories, const Pieces &pieces, const Memory &memory) {
    const int64_t width = blocks.width(), hidden = blocks.hidden(), headWidth = width / blocks.heads;
    const std::vector<float> ones(width, 1);
    const PartialSums sums(blocks, pieces.partCount());
    const at::Tensor ofItems = buffer(gradient.sizes());
    const int64_t *positions = blocks.positions.const_data_ptr<int64_t>();
    inParallel(pieces.partCount(), [&](int64_t part) {
        const MatrixUnit<float> unit;
        // Whole squares of 16 rows, on which a transposition works.
        const int64_t most = (pieces.largest + 15) / 16 * 16, widest = std::max(3 * width, hidden);
        const at::Tensor rowGradients = buffer({most, width}), branch = buffer({most, width}), ofSeen = buffer({most, width});
        const at::Tensor wide = buffer({most, widest}), transposed = buffer({widest, most});
        std::vector<float> scratch(histories.longest), unused(width);
        float *g = data(rowGradients), *e = data(branch), *inner = data(wide), *left = data(transposed);
        sums.clearRowSums(part);
        for (int64_t p = pieces.parts[part]; p < pieces.parts[part + 1]; ++p) {
            const Piece &piece = pieces.all[p];
            const int64_t count = piece.padded;
            const bool adds = p > pieces.parts[part];
            // To the gradient of a weight: that of its outputs, transposed, times its inputs.
            const auto addProduct = [&](float *sum, const float *outputs, int64_t outputCount, int64_t outputStride, const float *inputs,
                                        int64_t inputCount) {
                rows::transpose(left, most, outputs, outputStride, (count + 15) / 16 * 16, outputCount);
                multiply(outputCount, inputCount, count, left, most, inputs, inputCount, sum, inputCount, adds);
            };
            std::memcpy(g, gradient.const_data_ptr<float>() + piece.row * width, piece.rows * width * sizeof *g);
            for (float *matrix : {g, e}) clear(matrix, width, piece.rows, count);
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
                multiply(count, width, width, e, width, blocks.at(block, output), width, data(ofSeen), width);
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
                            data(ofSeen) + row * width + head * headWidth, width, target, target + width, target + 2 * width,
                            scratch.data());
                    }
                for (Parameter side : {query, key, value}) {
                    addProduct(sum(side), inner + side * width, width, 3 * width, here.x, width);
                    multiply(count, width, width, inner + side * width, 3 * width, blocks.at(block, side), width, g, width, true);
                }
            }
            const EntryActivations entry = memory.entry(piece.place);
            if (memory.isMasked()) multiplyBy(entry.mask, g, piece.rows * width);
            normaliseBackward(
                piece.rows, width, g, e, {ones.data(), 0}, blocks.at(entryNormWeight), entry.normal, entry.inverse,
                sums.at(part, entryNormWeight), sums.at(part, entryNormBias), unused.data());
            std::memcpy(data(ofItems) + piece.row * width, g, piece.rows * width * sizeof *g);
            float *ofPositions = sums.at(part, position);
            for (int64_t row = 0; row < piece.rows; ++row)
                rows::add(ofPositions + positions[piece.row + row] * width, g + row * width, width);
        }
    });
    std::vector<at::Tensor> all = sums.total();
    all.insert(all.begin(), ofItems);
    return all;
}

} // namespace ctorch::history
