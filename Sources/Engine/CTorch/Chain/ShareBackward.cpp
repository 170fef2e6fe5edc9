#include "ShareBackward.hpp"

#include <ATen/ops/gelu_backward.h>
#include <ATen/ops/zeros.h>

namespace ctorch::chain {

namespace {

bool readsStates(const Chain &chain) {
    if (!chain.gates.defined() || chain.hasTwo()) return chain.gates.defined();
    for (int64_t block = 0; block < chain.blocks(); ++block)
        if (Factors::isClosed(chain, block)) return true;
    return false;
}

} // namespace

void SegmentGradients::make(const Chain &chain) {
    downWeights = buffer({chain.blocks(), chain.bottleneck(), chain.width()});
    transposedUps = buffer({chain.blocks(), chain.bottleneck(), chain.width()});
    map = buffer({chain.outputs(), chain.width()});
    downBiases = at::zeros({chain.blocks(), chain.bottleneck()}, at::kFloat);
    upBiases = at::zeros({chain.blocks(), chain.width()}, at::kFloat);
    dots = at::zeros({chain.blocks(), 4}, at::kDouble);
}

template <typename Number>
ShareBackward<Number>::ShareBackward(
    const Chain &chain, const Share &share, const ShareMemory &memory, const at::Tensor &first, const at::Tensor &second)
    : chain_(chain), share_(share), memory_(memory), firstGradient_(first), secondGradient_(second), readsStates_(readsStates(chain)),
      ranges_(share, chain.items(), width_), states_(chain, share), maps_{chain.map},
      down_(chain.downWeights, false, ranges_.count() > 1), up_(chain.upWeights, false, ranges_.count() > 1), map_(maps_, false, false),
      gradient_(buffer({ranges_.rows(), width_})), inner_(buffer({ranges_.rows(), bottleneck_})),
      left_(buffer({tileRows, chunkColumns}, Operand<Number>::type)), right_(buffer({tileRows, chunkColumns}, Operand<Number>::type)),
      unusedSum_(at::zeros({width_}, at::kFloat)), change_(buffer({tileRows, chunkColumns})),
      numbers_(buffer({tileRows, std::max(bottleneck_, outputs_)}, Operand<Number>::type)),
      leftNumbers_(buffer({std::max(bottleneck_, outputs_), tileRows}, Operand<Number>::type)),
      transposed_(buffer({std::max(bottleneck_, outputs_), tileRows})) {}

template <typename Number>
void ShareBackward<Number>::run(int64_t part, const float *output, const SegmentGradients &gradients, bool adds) {
    const MatrixUnit<Number> unit;
    gradients_ = gradients;
    adds_ = adds;
    partBegin_ = ranges_.begin(part);
    for (int64_t range = ranges_.firstRange(part); range < ranges_.firstRange(part + 1); ++range) runRange(range, output);
}

template <typename Number> void ShareBackward<Number>::runRange(int64_t range, const float *output) {
    gradient_.zero_();
    if (readsStates_) states_.expect(blocks_ - 1, ranges_.tile(range, 0));
    for (int64_t number = 0; number < ranges_.tiles(range); ++number) runMap(ranges_.tile(range, number), output);
    for (int64_t block = blocks_ - 1; block >= 0; --block)
        for (int64_t number = 0; number < ranges_.tiles(range); ++number) runTile(range, block, number);
}

/// Takes a tile from the result to the last block.
template <typename Number> void ShareBackward<Number>::runMap(const Tile &tile, const float *output) {
    enterMap(tile, output);
    forEachPanel(width_, [&](int64_t column, int64_t columns) {
        product(
            outputs_, columns, tile.rows, data<Number>(leftNumbers_), tileRows, Panels<Number>(memory_.last).at(0, column, tile.start),
            columns, data<float>(gradients_.map) + column, width_, adds(tile));
        change(data<Number>(numbers_), outputs_, map_(0), tile, column);
        leave(blocks_, tile, column, 1);
        multiply(blocks_ - 1, tile, column);
    });
}

/// Takes a tile from a block to the one before.
template <typename Number> void ShareBackward<Number>::runTile(int64_t range, int64_t block, int64_t number) {
    const Tile tile = ranges_.tile(range, number);
    const Factors factors = Factors::of(chain_, block);
    states_.advance();
    if (readsStates_ && number + 1 < ranges_.tiles(range)) states_.expect(block, ranges_.tile(range, number + 1));
    else if (readsStates_ && block > 0) states_.expect(block - 1, ranges_.tile(range, 0));
    activate(block, tile);
    forEachPanel(width_, [&](int64_t column, int64_t columns) {
        product(
            bottleneck_, columns, tile.rows, data<Number>(leftNumbers_), tileRows,
            Panels<Number>(memory_.inputs).at(block, column, tile.start), columns,
            at3<float>(gradients_.downWeights, block, 0) + column, width_, adds(tile));
        askForNext(range, block, number, column);
        states_.ask(2 * panels_);
        change(data<Number>(numbers_), bottleneck_, down_(block), tile, column);
        giveToTable(firstGradient_, chain_.first, block, factors.q, tile, column);
        giveToTable(secondGradient_, chain_.second, block, factors.s, tile, column);
        leave(block, tile, column, factors.p);
        states_.ask(2 * panels_);
        if (block > 0) multiply(block - 1, tile, column);
    });
}

/// Asks for what is read after some columns of a tile: the next ones' inputs, and a part of the weights of the block before.
template <typename Number>
void ShareBackward<Number>::askForNext(int64_t range, int64_t block, int64_t number, int64_t column) {
    const Panels<Number> inputs(memory_.inputs);
    const int64_t parts = ranges_.tiles(range) * panels_, part = number * panels_ + column / chunkColumns;
    const bool isLastPanel = column + chunkColumns >= width_, isLastTile = number + 1 == ranges_.tiles(range);
    const int64_t nextBlock = isLastPanel && isLastTile ? block - 1 : block;
    if (nextBlock >= 0) {
        const Tile next = ranges_.tile(range, !isLastPanel ? number : isLastTile ? 0 : number + 1);
        inputs.askFor(nextBlock, isLastPanel ? 0 : column + chunkColumns, next.start, next.rows);
    }
    down_.askFor(block - 1, part, parts);
    up_.askFor(block - 2, part, parts);
}

/// The gradients of M h for a tile, as left operands of both products; rows after the last item are zero.
template <typename Number> void ShareBackward<Number>::enterMap(const Tile &tile, const float *output) {
    const float *source = output + tile.start * outputs_;
    rows::store(data<Number>(numbers_), source, tile.count * outputs_);
    std::memset(data<Number>(numbers_) + tile.count * outputs_, 0, (tile.rows - tile.count) * outputs_ * sizeof(Number));
    storeTransposed(data<Number>(leftNumbers_), tileRows, source, tile.count, outputs_, data<float>(transposed_));
    clearColumns(data<Number>(leftNumbers_), tileRows, outputs_, tile.count, tile.rows);
}

/// v: a tile's numbers times some columns of weights.
template <typename Number>
void ShareBackward<Number>::change(const Number *left, int64_t depth, const Number *weights, const Tile &tile, int64_t column) {
    const int64_t columns = Panels<Number>::columns(width_, column);
    product(
        tile.rows, columns, depth, left, depth, weights + column * Operand<Number>::group, width_, data<float>(change_), columns);
}

/// Some columns of a tile's gradients leave a block, or the map behind the last one.
template <typename Number> void ShareBackward<Number>::leave(int64_t block, const Tile &tile, int64_t column, float p) {
    const bool isBehind = block == blocks_;
    tiles::Leaving<Number> leaving{
        tile.rows, Panels<Number>::columns(width_, column), gradient(tile, column), data<float>(change_), p,
        (block == 0 ? data<float>(unusedSum_) : data<float>(gradients_.upBiases) + (block - 1) * width_) + column, nullptr, {}, {}};
    const bool hasGates = !isBehind && chain_.gates.defined();
    if (hasGates && !chain_.hasTwo()) leaving.inputs = Panels<Number>(memory_.inputs).at(block, column, tile.start);
    if (hasGates && (chain_.hasTwo() || Factors::isClosed(chain_, block))) {
        leaving.first = states_.first(column);
        leaving.second = states_.second(column);
    }
    const tiles::Dots sums = tiles::leave(leaving, {data<Number>(left_), data<Number>(right_)});
    if (!hasGates) return;
    dots(block)[0] += sums.inputs;
    dots(block)[3] += sums.states;
}

/// Adds what these columns of dh contribute to dh U and to the gradient of U.
template <typename Number> void ShareBackward<Number>::multiply(int64_t block, const Tile &tile, int64_t column) {
    const int64_t columns = Panels<Number>::columns(width_, column);
    product(
        tile.rows, bottleneck_, columns, data<Number>(left_), columns, up_(block) + column * bottleneck_, bottleneck_, inner(tile),
        bottleneck_, column > 0);
    product(
        bottleneck_, columns, tile.rows, at3<Number>(memory_.transposedActivations, block, 0) + tile.start, share_.rows(),
        data<Number>(right_), columns, at3<float>(gradients_.transposedUps, block, 0) + column * bottleneck_, columns, adds(tile));
}

/// The gradients of D x + b for a tile, as left operands of both products.
template <typename Number> void ShareBackward<Number>::activate(int64_t block, const Tile &tile) {
    float *dz = inner(tile);
    const Number *activations = at3<Number>(memory_.activations, block, tile.start);
    float *bias = data<float>(gradients_.downBiases) + block * bottleneck_;
    // Rows after the last item are zero, and so are their gradients.
    const int64_t all = tile.rows * bottleneck_;
    dots(block)[2] += rows::dot(dz, activations, all);
    if (chain_.isGELU) {
        at::Tensor view = inner_.narrow(0, tile.place, tile.rows);
        at::gelu_backward_out(view, view, memory_.sums.select(0, block).narrow(0, tile.start, tile.rows));
        for (int64_t row = 0; row < tile.rows; ++row) rows::add(bias, dz + row * bottleneck_, bottleneck_);
        dots(block)[1] += rows::dot(dz, at3<float>(memory_.sums, block, tile.start), all);
    } else {
        for (int64_t row = 0; row < tile.rows; ++row)
            rows::rectifyGradient(dz + row * bottleneck_, activations + row * bottleneck_, bias, bottleneck_);
        dots(block)[1] += rows::dot(dz, activations, all);
    }
    rows::store(data<Number>(numbers_), dz, all);
    storeTransposed(data<Number>(leftNumbers_), tileRows, dz, tile.rows, bottleneck_, data<float>(transposed_));
}

/// The gradients of a table's states, where they are asked for: factor (dh + v).
template <typename Number>
void ShareBackward<Number>::giveToTable(
    const at::Tensor &target, const ChainTable &table, int64_t block, float factor, const Tile &tile, int64_t column) {
    if (!target.defined()) return;
    const int64_t columns = Panels<Number>::columns(width_, column);
    for (int64_t row = 0; row < tile.count; ++row) {
        float *states = at3<float>(target, share_.begin + tile.start + row, table.layers[block]) + column;
        rows::scale(states, factor, gradient(tile, column) + row * columns, columns);
        rows::addScaled(states, factor, data<float>(change_) + row * columns, columns);
    }
}

template class ShareBackward<float>;
template class ShareBackward<at::BFloat16>;

} // namespace ctorch::chain
