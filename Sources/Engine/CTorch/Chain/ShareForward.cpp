#include "ShareForward.hpp"

#include <ATen/ops/gelu.h>
#include <ATen/ops/zeros.h>

namespace ctorch::chain {

template <typename Number>
ShareForward<Number>::ShareForward(const Chain &chain, const Share &share, ShareMemory *memory)
    : chain_(chain), share_(share), memory_(memory), ranges_(share, chain.items(), width_), states_(chain, share),
      maps_{chain.map}, down_(chain.downWeights, true, ranges_.count() > 1), up_(chain.upWeights, true, ranges_.count() > 1),
      map_(maps_, true, false), state_(at::zeros({ranges_.rows(), width_}, at::kFloat)), sums_(buffer({ranges_.rows(), bottleneck_})),
      result_(buffer({tileRows, outputs_})), left_(buffer({tileRows, chunkColumns}, Operand<Number>::type)),
      unused_(buffer({tileRows, chunkColumns}, Operand<Number>::type)), change_(buffer({tileRows, chunkColumns})),
      zeros_(at::zeros({width_}, at::kFloat)), activations_(buffer({tileRows, bottleneck_}, Operand<Number>::type)),
      transposed_(buffer({bottleneck_, tileRows})) {
    if (!memory) return;
    const int64_t rows = share.rows();
    memory->inputs = buffer({blocks_, rows, width_}, Operand<Number>::type);
    memory->activations = buffer({blocks_, rows, bottleneck_}, Operand<Number>::type);
    memory->transposedActivations = buffer({blocks_, bottleneck_, rows}, Operand<Number>::type);
    memory->last = buffer({1, rows, width_}, Operand<Number>::type);
    if (chain.isGELU) memory->sums = buffer({blocks_, rows, bottleneck_});
}

template <typename Number> void ShareForward<Number>::run(float *output) {
    const MatrixUnit<Number> unit;
    for (int64_t range = 0; range < ranges_.count(); ++range) {
        state_.zero_();
        change_.zero_();
        states_.expect(0, ranges_.tile(range, 0));
        // Into the first block, then from block to block, and from the last one to the map.
        for (int64_t block = 0; block <= blocks_; ++block) {
            for (int64_t number = 0; number < ranges_.tiles(range); ++number) {
                runTile(range, block, number);
                if (block < blocks_) continue;
                const Tile tile = ranges_.tile(range, number);
                std::memcpy(output + tile.start * outputs_, data<float>(result_), tile.count * outputs_ * sizeof *output);
            }
        }
    }
}

/// Takes a tile out of the block before, if there is one, and into a block or the map.
template <typename Number> void ShareForward<Number>::runTile(int64_t range, int64_t block, int64_t number) {
    const Tile tile = ranges_.tile(range, number);
    states_.advance();
    if (number + 1 < ranges_.tiles(range) && block < blocks_) states_.expect(block, ranges_.tile(range, number + 1));
    else if (block + 1 < blocks_) states_.expect(block + 1, ranges_.tile(range, 0));
    if (block > 0) activate(block - 1, tile);
    const float *bias = block > 0 ? chain_.upBiases[block - 1].template const_data_ptr<float>() : data<float>(zeros_);
    forEachPanel(width_, [&](int64_t column, int64_t columns) {
        if (block > 0)
            product(
                tile.rows, columns, bottleneck_, data<Number>(activations_), bottleneck_,
                up_(block - 1) + column * Operand<Number>::group, width_, data<float>(change_), columns);
        states_.ask(2 * panels_);
        enter(block, tile, column, bias);
        states_.ask(2 * panels_);
        multiply(block, tile, column);
    });
}

/// Some columns of a tile enter a block; after the last one they only take up its change.
template <typename Number>
void ShareForward<Number>::enter(int64_t block, const Tile &tile, int64_t column, const float *bias) {
    const bool isBehind = block == blocks_;
    const Factors factors = isBehind ? Factors{1, 0, 0} : Factors::of(chain_, block);
    tiles::Entering entering{
        tile.rows, Panels<Number>::columns(width_, column), data<float>(state_) + tile.place * width_ + column * tile.rows,
        data<float>(change_), bias + column, factors.p, factors.q, factors.s, {}, {}};
    if (!isBehind) {
        entering.first = states_.first(column);
        entering.second = states_.second(column);
    }
    Number *right = !memory_ ? data<Number>(unused_)
        : isBehind           ? Panels<Number>(memory_->last).at(0, column, tile.start)
                             : Panels<Number>(memory_->inputs).at(block, column, tile.start);
    tiles::enter(entering, {data<Number>(left_), right});
}

/// Adds what these columns contribute to D x, or to M h behind the last block.
template <typename Number> void ShareForward<Number>::multiply(int64_t block, const Tile &tile, int64_t column) {
    const bool isBehind = block == blocks_;
    const int64_t columns = Panels<Number>::columns(width_, column), outputs = isBehind ? outputs_ : bottleneck_;
    product(
        tile.rows, outputs, columns, data<Number>(left_), columns, (isBehind ? map_(0) : down_(block)) + column * outputs, outputs,
        isBehind ? data<float>(result_) : sums(tile), outputs, column > 0);
}

/// s(D x + b) of a tile.
template <typename Number> void ShareForward<Number>::activate(int64_t block, const Tile &tile) {
    float *z = sums(tile);
    const float *bias = chain_.downBiases[block].template const_data_ptr<float>();
    for (int64_t row = 0; row < tile.rows; ++row) {
        if (chain_.isGELU) rows::add(z + row * bottleneck_, bias, bottleneck_);
        else rows::rectify(z + row * bottleneck_, bias, bottleneck_);
    }
    const int64_t count = tile.rows * bottleneck_;
    if (chain_.isGELU) {
        if (memory_) std::memcpy(at3<float>(memory_->sums, block, tile.start), z, count * sizeof *z);
        at::Tensor view = sums_.narrow(0, tile.place, tile.rows);
        at::gelu_out(view, view);
    }
    Number *a = data<Number>(activations_);
    rows::store(a, z, count);
    if (!memory_) return;
    std::memcpy(at3<Number>(memory_->activations, block, tile.start), a, count * sizeof *a);
    storeTransposed(
        at3<Number>(memory_->transposedActivations, block, 0) + tile.start, share_.rows(), z, tile.rows, bottleneck_,
        data<float>(transposed_));
}

template class ShareForward<float>;
template class ShareForward<at::BFloat16>;

} // namespace ctorch::chain
