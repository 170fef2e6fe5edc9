// A share's way back through the blocks of a chain.
#pragma once

#include "PackedWeights.hpp"
#include "Panels.hpp"
#include "StateReader.hpp"

namespace ctorch::chain {

/// What a share adds to the gradients of its chain, and the sums from which those of its gates follow.
struct ShareGradients {
    ChainGradients all;
    /// The sums of dh x, dz (D x), dh (U a) and dx (A - B): float64 [blocks, 4].
    at::Tensor dots;
};

template <typename Number> class ShareBackward {
  public:
    /// - first, second: [items, layers, width] for the gradients of the tables, of which a share fills its rows; undefined where they are
    ///   not asked for.
    /// - sum: what another share of the chain gave, to which this one adds; or null.
    ShareBackward(
        const Chain &chain, const Share &share, const ShareMemory &memory, const at::Tensor &first, const at::Tensor &second,
        const ShareGradients *sum);

    /// - output: the gradient of the result [items of the share, outputs].
    ShareGradients run(const float *output);

  private:
    void runRange(int64_t range, const float *output);
    void runMap(const Tile &tile, const float *output);
    void runTile(int64_t range, int64_t block, int64_t number);
    void askForNext(int64_t range, int64_t block, int64_t number, int64_t column);
    void enterMap(const Tile &tile, const float *output);
    void change(const Number *left, int64_t depth, const Number *weights, const Tile &tile, int64_t column);
    void leave(int64_t block, const Tile &tile, int64_t column, float p);
    void multiply(int64_t block, const Tile &tile, int64_t column);
    void activate(int64_t block, const Tile &tile);
    void giveToTable(
        const at::Tensor &target, const ChainTable &table, int64_t block, float factor, const Tile &tile, int64_t column);
    void finishUp(int64_t block);

    float *gradient(const Tile &tile, int64_t column) {
        return data<float>(gradient_) + ranges_.place(tile) * width_ + column * tile.rows;
    }
    float *inner(const Tile &tile) { return data<float>(inner_) + ranges_.place(tile) * bottleneck_; }
    double *dots(int64_t block) { return data<double>(gradients_.dots) + 4 * block; }
    float *transposedUp(int64_t block) {
        return data<float>(transposedUps_) + (transposedUps_.size(0) > 1 ? block : 0) * bottleneck_ * width_;
    }

    const Chain &chain_;
    const Share &share_;
    const ShareMemory &memory_;
    const at::Tensor firstGradient_, secondGradient_;
    const int64_t width_ = chain_.width(), bottleneck_ = chain_.bottleneck(), blocks_ = chain_.blocks(), outputs_ = chain_.outputs();
    const int64_t panels_ = (width_ + chunkColumns - 1) / chunkColumns;
    const bool readsStates_ = chain_.hasTwo() && chain_.gates.defined();
    const Ranges ranges_;
    StateReader states_;
    const std::vector<at::Tensor> maps_;
    PackedWeights<Number> down_, up_, map_;
    const bool adds_;  // to what there is already
    ShareGradients gradients_;
    const at::Tensor gradient_;       // dh: for each tile of a range and its columns one after the other
    const at::Tensor inner_;          // the gradients of D x + b [rows, bottleneck]
    const at::Tensor transposedUps_;  // of U, as the products over items give them: [1 or blocks, bottleneck, width] in panels
    const at::Tensor left_, right_, unusedSum_, change_, numbers_, leftNumbers_, transposed_;
};

} // namespace ctorch::chain
