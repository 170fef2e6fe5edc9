// A share's way through the blocks of a chain.
#pragma once

#include "PackedWeights.hpp"
#include "Panels.hpp"
#include "StateReader.hpp"

namespace ctorch::chain {

template <typename Number> class ShareForward {
  public:
    /// - memory: filled unless it is null.
    ShareForward(const Chain &chain, const Share &share, ShareMemory *memory);

    /// M h of the last block: `output` [items of the share, outputs].
    void run(float *output);

  private:
    void runTile(int64_t range, int64_t block, int64_t number);
    void enter(int64_t block, const Tile &tile, int64_t column, const float *bias);
    void multiply(int64_t block, const Tile &tile, int64_t column);
    void activate(int64_t block, const Tile &tile);
    float *sums(const Tile &tile) { return data<float>(sums_) + tile.place * bottleneck_; }

    const Chain &chain_;
    const Share &share_;
    ShareMemory *memory_;
    const int64_t width_ = chain_.width(), bottleneck_ = chain_.bottleneck(), blocks_ = chain_.blocks(), outputs_ = chain_.outputs();
    const int64_t panels_ = (width_ + chunkColumns - 1) / chunkColumns;
    const Ranges ranges_;
    StateReader states_;
    const std::vector<at::Tensor> maps_;
    PackedWeights<Number> down_, up_, map_;
    const at::Tensor state_;   // h, then x: for each tile of a range and its columns one after the other
    const at::Tensor sums_;    // D x [rows, bottleneck]
    const at::Tensor result_;  // M h [rows, outputs]
    const at::Tensor left_, unused_, change_, zeros_, activations_, transposed_;
};

} // namespace ctorch::chain
