// A share's way back through the blocks of a chain.
#pragma once

#include "PackedWeights.hpp"
#include "Panels.hpp"
#include "StateReader.hpp"

namespace ctorch::chain {

/// What the items of a segment add to the gradients of their chain, and the sums from which those of its gates follow.
struct SegmentGradients {
    at::Tensor downWeights, downBiases, upBiases, map;
    /// Of U, as the products over items give them: [blocks, bottleneck, width] in panels.
    at::Tensor transposedUps;
    /// The sums of dh x, dz (D x), dh (U a) and dx (A - B): float64 [blocks, 4]. For a closed gate over one table B is x.
    at::Tensor dots;

    bool isThere() const { return dots.defined(); }
    /// Makes room, of which only what is added up number by number is zero.
    void make(const Chain &chain);
};

template <typename Number> class ShareBackward {
  public:
    /// - first, second: [items, layers, width] for the gradients of the tables, of which a share fills its rows; undefined where they are
    ///   not asked for.
    ShareBackward(
        const Chain &chain, const Share &share, const ShareMemory &memory, const at::Tensor &first, const at::Tensor &second);

    const Ranges &ranges() const { return ranges_; }

    /// Takes the share's part of a segment back through all blocks.
    ///
    /// - output: the gradient of the result [items of the share, outputs].
    /// - gradients: what the items before it in the segment gave, to which this part adds; new ones for the segment's first items.
    void run(int64_t part, const float *output, const SegmentGradients &gradients, bool adds);

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

    float *gradient(const Tile &tile, int64_t column) {
        return data<float>(gradient_) + tile.place * width_ + column * tile.rows;
    }
    float *inner(const Tile &tile) { return data<float>(inner_) + tile.place * bottleneck_; }
    double *dots(int64_t block) { return data<double>(gradients_.dots) + 4 * block; }
    /// Whether a tile's products are added to what there is.
    bool adds(const Tile &tile) const { return adds_ || tile.start > partBegin_; }

    const Chain &chain_;
    const Share &share_;
    const ShareMemory &memory_;
    const at::Tensor firstGradient_, secondGradient_;
    const int64_t width_ = chain_.width(), bottleneck_ = chain_.bottleneck(), blocks_ = chain_.blocks(), outputs_ = chain_.outputs();
    const int64_t panels_ = (width_ + chunkColumns - 1) / chunkColumns;
    const bool readsStates_;  // of some block
    const Ranges ranges_;
    StateReader states_;
    const std::vector<at::Tensor> maps_;
    PackedWeights<Number> down_, up_, map_;
    SegmentGradients gradients_;  // of the part at hand
    int64_t partBegin_ = 0;       // its first item
    bool adds_ = false;           // to what there is already
    const at::Tensor gradient_;       // dh: for each tile of a range and its columns one after the other
    const at::Tensor inner_;          // the gradients of D x + b [rows, bottleneck]
    const at::Tensor left_, right_, unusedSum_, change_, numbers_, leftNumbers_, transposed_;
};

} // namespace ctorch::chain
