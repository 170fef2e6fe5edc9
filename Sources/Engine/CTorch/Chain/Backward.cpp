#include "../Kernels/PartSums.hpp"
#include "Walk.hpp"

namespace ctorch::chain {

namespace {

/// Sums for a block's gate, over items.
struct GateSums {
    double inputs = 0;  ///< of dh x
    double downs = 0;   ///< of dz (D x + b)
    double ups = 0;     ///< of dh (U a)
    double states = 0;  ///< of dx (A - B); for a closed gate over one table B is x

    void operator+=(const GateSums &other) {
        inputs += other.inputs;
        downs += other.downs;
        ups += other.ups;
        states += other.states;
    }
};

/// A share's way back through the blocks of a chain.
template <typename Number> struct Backward {
    const Chain &chain;
    const Share &share;
    const Weights<Number> &weights;
    const Memory<Number> &memory;
    const float *output;         // the gradient of the result [items of the share, outputs]
    float *sums;                 // what the share adds to the gradients of M and the blocks' parameters
    GateSums *gates;             // of each block
    const Gradients &gradients;  // of which the tables' are given here

    const int64_t width = chain.width, bottleneck = chain.bottleneck, outputs = chain.outputs;
    const int64_t widest = std::max(bottleneck, outputs), panels = (width + panelColumns - 1) / panelColumns;
    const Walk walk{chain, share, 0, share.rows, true};
    const Buffer<float> gradient{walk.rangeRows * width};    // dh of a range: for each tile its panels one after the other
    const Buffer<float> inner{walk.rangeRows * bottleneck};  // the gradients of a, then of D x + b, of a range [rows, bottleneck]
    const Buffer<float> change{tileRows * panelColumns};     // v of a panel [rows, columns]
    const Buffer<float> unusedSum{width, Buffer<float>::zero};
    const Buffer<Number> left{tileRows * panelColumns}, right{tileRows * panelColumns};  // dh of a panel as operands [rows, columns]
    const Buffer<Number> numbers{tileRows * widest};     // a tile's gradients of D x + b or M h as a left operand [rows, columns]
    const Buffer<Number> transposed{tileRows * widest};  // the same [columns, rows]
    const Buffer<float> scratch{tileRows * widest};      // [columns, rows]

    void run() const {
        const MatrixUnit<Number> unit;
        for (int64_t block = 0; block < chain.count(); ++block) {
            std::memset(sumsOf(block).downBias, 0, bottleneck * sizeof(float));
            std::memset(sumsOf(block).upBias, 0, width * sizeof(float));
        }
        for (size_t number = 0; number < walk.steps.size(); ++number) {
            const Step &step = walk.steps[number];
            step.block == chain.count() ? takeFromMap(step) : takeFromBlock(number);
        }
    }

    /// Takes a tile from the result to the last block.
    void takeFromMap(const Step &step) const {
        const Tile &tile = step.tile;
        std::memset(gradient + tile.place * width, 0, tile.rows * width * sizeof(float));
        enterMap(tile);
        forEachPanel(width, [&](int64_t column, int64_t columns) {
            addProduct(sums + column, width, transposed, tileRows, outputs, walk.inputs(memory, step, column), tile, columns);
            computeChange(outputs, weights.map, tile, column, columns);
            leave(step, column, columns, 1);
            multiply(step.block - 1, tile, column, columns);
        });
    }

    /// Takes a tile from a block to the one before.
    void takeFromBlock(size_t number) const {
        const Step &step = walk.steps[number];
        const auto &[block, tile] = step;
        const Factors factors = Factors::of(chain, block);
        activate(block, tile);
        forEachPanel(width, [&](int64_t column, int64_t columns) {
            addProduct(
                sumsOf(block).down + column, width, transposed, tileRows, bottleneck,
                walk.inputs(memory, step, column), tile, columns);
            askForNext(number, column);
            computeChange(bottleneck, weights.downs[block], tile, column, columns);
            giveToTable(gradients.first, chain.first, factors.q, step, column, columns);
            giveToTable(gradients.second, chain.second, factors.s, step, column, columns);
            leave(step, column, columns, factors.p);
            if (block > 0) multiply(block - 1, tile, column, columns);
        });
    }

    /// The gradients of M h for a tile, as left operands of both products; rows behind the last item are zero.
    void enterMap(const Tile &tile) const {
        const Buffer<float> rows(tile.rows * outputs, Buffer<float>::zero);
        std::memcpy(rows, output + tile.start * outputs, tile.count * outputs * sizeof(float));
        rows::store<Number>(numbers, rows, tile.rows * outputs);
        storeTransposed<Number>(transposed, tileRows, rows, tile.rows, outputs, scratch);
    }

    /// The gradients of D x + b for a tile, as left operands of both products.
    void activate(int64_t block, const Tile &tile) const {
        float *dz = innerOf(tile), *bias = sumsOf(block).downBias;
        const int64_t count = tile.rows * bottleneck, place = (block * share.rows + tile.start) * bottleneck;
        const Number *activations = memory.activations + place;
        // Rows after the last item are zero, and so are their gradients.
        gates[block].ups += rows::dot<Number>(dz, activations, count);
        if (chain.isGELU) {
            rows::geluGradient(dz, memory.sums + place, count);
            for (int64_t row = 0; row < tile.rows; ++row) rows::add(bias, dz + row * bottleneck, bottleneck);
            gates[block].downs += rows::dot<float>(dz, memory.sums + place, count);
        } else {
            for (int64_t row = 0; row < tile.rows; ++row)
                rows::rectifyGradient<Number>(dz + row * bottleneck, activations + row * bottleneck, bias, bottleneck);
            gates[block].downs += rows::dot<Number>(dz, activations, count);
        }
        rows::store<Number>(numbers, dz, count);
        storeTransposed<Number>(transposed, tileRows, dz, tile.rows, bottleneck, scratch);
    }

    /// v: a tile's gradients times some columns of weights.
    void computeChange(int64_t depth, const Number *matrix, const Tile &tile, int64_t column, int64_t columns) const {
        product(tile.rows, columns, depth, numbers, depth, matrix + column * group<Number>, width, change, columns);
    }

    /// The gradients of a table's states, where they are asked for: factor (dh + v).
    void giveToTable(float *states, const Table &table, float factor, const Step &step, int64_t column, int64_t columns) const {
        for (int64_t row = 0; states && row < step.tile.count; ++row) {
            const int64_t place = (share.begin + step.tile.start + row) * table.layerCount + table.layers[step.block];
            rows::scaleSum(
                states + place * width + column, factor, gradientOf(step.tile, column) + row * columns, change + row * columns, columns);
        }
    }

    /// Some columns of a tile's gradients leave a block, or the map behind the last one.
    void leave(const Step &step, int64_t column, int64_t columns, float p) const {
        const auto &[block, tile] = step;
        float *sum = block > 0 ? sumsOf(block - 1).upBias : unusedSum;
        Leaving<Number> leaving{tile.rows, columns, gradientOf(tile, column), change, p, sum + column, nullptr, {}, {}};
        const bool hasGates = block < chain.count() && chain.gates;
        if (hasGates && !chain.hasTwo()) leaving.inputs = walk.inputs(memory, step, column);
        if (hasGates && readsStates(block)) {
            leaving.first = walk.states(chain.first, step, column);
            leaving.second = walk.states(chain.second, step, column);
        }
        const Dots dots = chain::leave<Number>(leaving, {left, right});
        if (!hasGates) return;
        gates[block].inputs += dots.inputs;
        gates[block].states += dots.states;
    }

    /// Adds what these columns of dh contribute to dh U and to the gradient of U.
    void multiply(int64_t block, const Tile &tile, int64_t column, int64_t columns) const {
        const Number *a = left, *b = right;
        if constexpr (group<Number> == 1) a = b = gradientOf(tile, column);
        product(
            tile.rows, bottleneck, columns, a, columns, weights.ups[block] + column * bottleneck, bottleneck, innerOf(tile),
            bottleneck, column > 0);
        addProduct(
            sumsOf(block).up + column * bottleneck, columns,
            memory.transposedActivations + block * share.rows * bottleneck + tile.start, share.rows, bottleneck, b, tile, columns);
    }

    /// Adds the product over a tile's items onto a sum; the share's first tile starts it.
    void addProduct(
        float *sum, int64_t sumStride, const Number *left, int64_t leftStride, int64_t count, const Number *right, const Tile &tile,
        int64_t columns) const {
        product(count, columns, tile.rows, left, leftStride, right, columns, sum, sumStride, tile.start > 0);
    }

    /// Asks for what is read after some columns of a tile: the next ones' inputs, and the next tile's states.
    void askForNext(size_t number, int64_t column) const {
        const bool isLast = column + panelColumns >= width;
        if (isLast && number + 1 == walk.steps.size()) return;
        const Step &next = walk.steps[number + (isLast ? 1 : 0)];
        const int64_t nextColumn = isLast ? 0 : column + panelColumns;
        const int64_t count = next.tile.rows * std::min(panelColumns, width - nextColumn);
        Walk::askFor(walk.inputs(memory, next, nextColumn), count * sizeof(Number));
        if (number + 1 < walk.steps.size() && readsStates(walk.steps[number + 1].block))
            walk.ask(number + 1, column / panelColumns, panels);
    }

    bool readsStates(int64_t block) const {
        return block < chain.count() && chain.gates && (chain.hasTwo() || chain.isClosed(block));
    }
    BlockGradients sumsOf(int64_t block) const { return chain.gradients(sums, block); }
    float *gradientOf(const Tile &tile, int64_t column) const { return gradient + tile.place * width + column * tile.rows; }
    float *innerOf(const Tile &tile) const { return inner + tile.place * bottleneck; }
};

/// The gradients of theta.
///
/// Over two tables: slope g (1 - g) times the sum of dx (A - B). Over one, A - h = (x - h) / g, and so the slope times the sum of
/// dx (A - h) is (1 - g) sum of dx x - sum of dh h, with h and dh of the block before; where sum of dx x = sum of dh x + sum of
/// dz (D x), and sum of dh h = sum of dh x + sum of dh (U a) + c sum of dh, so that no state is read again. Where the gate is closed x is
/// nearly h, and their difference is lost in the rounding of x; there A - h = (A - x) / (1 - g), and the slope times the sum of
/// dx (A - h) is g sum of dx (A - x).
void gateGradients(const Chain &chain, float *parameters, const GateSums *gates, float *result) {
    double before = 0;  // sum of dh h of the block before
    for (int64_t block = 0; block < chain.count(); ++block) {
        const Factors factors = Factors::of(chain, block);
        const GateSums &own = gates[block];
        const BlockGradients sums = chain.gradients(parameters, block);
        double gradient;
        if (chain.hasTwo()) {
            gradient = factors.q * factors.s * own.states;
        } else {
            // The activations and sums hold b, D x does not.
            const double ofDown = own.downs - rows::dot<float>(sums.downBias, chain.blocks[block].downBias, chain.bottleneck);
            gradient = chain.isClosed(block) ? factors.q * own.states : factors.p * (own.inputs + ofDown) - before;
            before = own.inputs + own.ups + rows::dot<float>(sums.upBias, chain.blocks[block].upBias, chain.width);
        }
        result[block] = static_cast<float>(gradient / chain.temperature);
    }
}

/// Puts U's gradient of a block in U's own order: the products over items leave its transpose [bottleneck, width], in panels of columns.
void turnUp(const Chain &chain, float *up) {
    const Buffer<float> panels(chain.width * chain.bottleneck);
    std::memcpy(panels, up, chain.width * chain.bottleneck * sizeof(float));
    forEachPanel(chain.width, [&](int64_t column, int64_t columns) {
        const int64_t place = column * chain.bottleneck;
        rows::transpose(up + place, chain.bottleneck, panels + place, columns, chain.bottleneck, columns);
    });
}

template <typename Number>
void backwardIn(
    const std::vector<Chain> &chains, const std::vector<void *> &memories, const float *output,
    const std::vector<Gradients> &gradients) {
    const auto weights = Weights<Number>::of(chains, false);
    const auto shares = sharesOf(chains[0].items);
    std::vector<std::vector<std::vector<GateSums>>> gates;  // of each chain, share and block
    std::vector<PartSums> partSums;                         // of each chain
    for (size_t i = 0; i < chains.size(); ++i) {
        gates.emplace_back(shares.size(), std::vector<GateSums>(chains[i].count()));
        partSums.emplace_back(gradients[i].parameters, chains[i].parameterSize(), static_cast<int64_t>(shares.size()));
    }
    forEachPart(chains, shares.size(), [&](size_t i, size_t number) {
        const Chain &chain = chains[i];
        const Share &share = shares[number];
        const Memory<Number> memory(chain, share, memories[i * shares.size() + number]);
        Backward<Number>{
            chain, share, weights[i], memory, output + share.begin * chain.outputs, partSums[i].of(number), gates[i][number].data(),
            gradients[i]}
            .run();
    });
    for (size_t i = 0; i < chains.size(); ++i) {
        const Chain &chain = chains[i];
        partSums[i].addUp();
        float *parameters = gradients[i].parameters;
        inParallel(chain.count(), [&](int64_t block) { turnUp(chain, chain.gradients(parameters, block).up); });
        std::vector<GateSums> total(chain.count());
        for (const auto &share : gates[i])
            for (int64_t block = 0; block < chain.count(); ++block) total[block] += share[block];
        if (chain.gates) gateGradients(chain, parameters, total.data(), gradients[i].gates);
    }
}

} // namespace

void backward(
    const std::vector<Chain> &chains, bool inBFloat16, const std::vector<void *> &memories, const float *output,
    const std::vector<Gradients> &gradients) {
    inBFloat16 ? backwardIn<BFloat16>(chains, memories, output, gradients) : backwardIn<float>(chains, memories, output, gradients);
}

} // namespace ctorch::chain
