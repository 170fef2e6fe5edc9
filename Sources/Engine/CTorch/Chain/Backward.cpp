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
template <typename Number> class Backward {
  public:
    /// - output: the gradient of the result [items of the share, outputs].
    /// - gates: of each block.
    Backward(
        const Chain &chain, const Share &share, const Weights<Number> &weights, const Memory<Number> &memory, const float *output,
        const Sums &sums, GateSums *gates, const Gradients &gradients)
        : chain_(chain), share_(share), weights_(weights), memory_(memory), output_(output), sums_(sums), gates_(gates),
          gradients_(gradients), walk_(chain, share, 0, share.rows, true) {}

    void run() {
        const MatrixUnit<Number> unit;
        std::memset(sums_.downBiases, 0, Sums::biasSize(chain_) * sizeof(float));
        for (size_t number = 0; number < walk_.steps.size(); ++number) {
            const Step &step = walk_.steps[number];
            step.block == chain_.count() ? takeFromMap(step) : takeFromBlock(number);
        }
    }

  private:
    /// Takes a tile from the result to the last block.
    void takeFromMap(const Step &step) {
        const Tile &tile = step.tile;
        std::memset(gradient_ + tile.place * width_, 0, tile.rows * width_ * sizeof(float));
        enterMap(tile);
        forEachPanel(width_, [&](int64_t column, int64_t columns) {
            addProduct(sums_.map + column, width_, transposed_, tileRows, outputs_, walk_.inputs(memory_, step, column), tile, columns);
            change(outputs_, weights_.map, tile, column, columns);
            leave(step, column, columns, 1);
            multiply(step.block - 1, tile, column, columns);
        });
    }

    /// Takes a tile from a block to the one before.
    void takeFromBlock(size_t number) {
        const Step &step = walk_.steps[number];
        const auto &[block, tile] = step;
        const Factors factors = Factors::of(chain_, block);
        activate(block, tile);
        forEachPanel(width_, [&](int64_t column, int64_t columns) {
            addProduct(
                sums_.downs + block * bottleneck_ * width_ + column, width_, transposed_, tileRows, bottleneck_,
                walk_.inputs(memory_, step, column), tile, columns);
            askForNext(number, column);
            change(bottleneck_, weights_.downs[block], tile, column, columns);
            giveToTable(gradients_.first, chain_.first, factors.q, step, column, columns);
            giveToTable(gradients_.second, chain_.second, factors.s, step, column, columns);
            leave(step, column, columns, factors.p);
            if (block > 0) multiply(block - 1, tile, column, columns);
        });
    }

    /// The gradients of M h for a tile, as left operands of both products; rows behind the last item are zero.
    void enterMap(const Tile &tile) {
        const Buffer<float> rows(tile.rows * outputs_, Buffer<float>::zero);
        std::memcpy(rows, output_ + tile.start * outputs_, tile.count * outputs_ * sizeof(float));
        rows::store<Number>(numbers_, rows, tile.rows * outputs_);
        storeTransposed<Number>(transposed_, tileRows, rows, tile.rows, outputs_, scratch_);
    }

    /// The gradients of D x + b for a tile, as left operands of both products.
    void activate(int64_t block, const Tile &tile) {
        float *dz = inner(tile), *bias = sums_.downBiases + block * bottleneck_;
        const int64_t count = tile.rows * bottleneck_, place = (block * share_.rows + tile.start) * bottleneck_;
        const Number *activations = memory_.activations + place;
        // Rows after the last item are zero, and so are their gradients.
        gates_[block].ups += rows::dot<Number>(dz, activations, count);
        if (chain_.isGELU) {
            rows::geluGradient(dz, memory_.sums + place, count);
            for (int64_t row = 0; row < tile.rows; ++row) rows::add(bias, dz + row * bottleneck_, bottleneck_);
            gates_[block].downs += rows::dot<float>(dz, memory_.sums + place, count);
        } else {
            for (int64_t row = 0; row < tile.rows; ++row)
                rows::rectifyGradient<Number>(dz + row * bottleneck_, activations + row * bottleneck_, bias, bottleneck_);
            gates_[block].downs += rows::dot<Number>(dz, activations, count);
        }
        rows::store<Number>(numbers_, dz, count);
        storeTransposed<Number>(transposed_, tileRows, dz, tile.rows, bottleneck_, scratch_);
    }

    /// v: a tile's gradients times some columns of weights.
    void change(int64_t depth, const Number *weights, const Tile &tile, int64_t column, int64_t columns) {
        product(tile.rows, columns, depth, numbers_, depth, weights + column * group<Number>, width_, change_, columns);
    }

    /// The gradients of a table's states, where they are asked for: factor (dh + v).
    void giveToTable(float *states, const Table &table, float factor, const Step &step, int64_t column, int64_t columns) {
        for (int64_t row = 0; states && row < step.tile.count; ++row) {
            const int64_t place = (share_.begin + step.tile.start + row) * table.layerCount + table.layers[step.block];
            rows::scaleSum(
                states + place * width_ + column, factor, gradient(step.tile, column) + row * columns, change_ + row * columns, columns);
        }
    }

    /// Some columns of a tile's gradients leave a block, or the map behind the last one.
    void leave(const Step &step, int64_t column, int64_t columns, float p) {
        const auto &[block, tile] = step;
        float *sum = block > 0 ? sums_.upBiases + (block - 1) * width_ : unusedSum_;
        Leaving<Number> leaving{tile.rows, columns, gradient(tile, column), change_, p, sum + column, nullptr, {}, {}};
        const bool hasGates = block < chain_.count() && chain_.gates;
        if (hasGates && !chain_.hasTwo()) leaving.inputs = walk_.inputs(memory_, step, column);
        if (hasGates && readsStates(block)) {
            leaving.first = walk_.states(chain_.first, step, column);
            leaving.second = walk_.states(chain_.second, step, column);
        }
        const Dots dots = chain::leave<Number>(leaving, {left_, right_});
        if (!hasGates) return;
        gates_[block].inputs += dots.inputs;
        gates_[block].states += dots.states;
    }

    /// Adds what these columns of dh contribute to dh U and to the gradient of U.
    void multiply(int64_t block, const Tile &tile, int64_t column, int64_t columns) {
        const Number *left = left_, *right = right_;
        if constexpr (group<Number> == 1) left = right = gradient(tile, column);
        product(
            tile.rows, bottleneck_, columns, left, columns, weights_.ups[block] + column * bottleneck_, bottleneck_, inner(tile),
            bottleneck_, column > 0);
        addProduct(
            sums_.transposedUps + (block * width_ + column) * bottleneck_, columns,
            memory_.transposedActivations + block * share_.rows * bottleneck_ + tile.start, share_.rows, bottleneck_, right, tile, columns);
    }

    /// Adds the product over a tile's items onto a sum; the share's first tile starts it.
    void addProduct(
        float *sum, int64_t sumStride, const Number *left, int64_t leftStride, int64_t count, const Number *right, const Tile &tile,
        int64_t columns) {
        product(count, columns, tile.rows, left, leftStride, right, columns, sum, sumStride, tile.start > 0);
    }

    /// Asks for what is read after some columns of a tile: the next ones' inputs, and the next tile's states.
    void askForNext(size_t number, int64_t column) {
        const bool isLast = column + panelColumns >= width_;
        if (isLast && number + 1 == walk_.steps.size()) return;
        const Step &next = walk_.steps[number + (isLast ? 1 : 0)];
        const int64_t nextColumn = isLast ? 0 : column + panelColumns;
        const int64_t count = next.tile.rows * std::min(panelColumns, width_ - nextColumn);
        Walk::askFor(walk_.inputs(memory_, next, nextColumn), count * sizeof(Number));
        if (number + 1 < walk_.steps.size() && readsStates(walk_.steps[number + 1].block))
            walk_.ask(number + 1, column / panelColumns, panels_);
    }

    bool readsStates(int64_t block) const {
        return block < chain_.count() && chain_.gates && (chain_.hasTwo() || chain_.isClosed(block));
    }
    float *gradient(const Tile &tile, int64_t column) { return gradient_ + tile.place * width_ + column * tile.rows; }
    float *inner(const Tile &tile) { return inner_ + tile.place * bottleneck_; }

    const Chain &chain_;
    const Share &share_;
    const Weights<Number> &weights_;
    const Memory<Number> &memory_;
    const float *output_;
    const Sums sums_;
    GateSums *gates_;  // of each block
    const Gradients &gradients_;
    const int64_t width_ = chain_.width, bottleneck_ = chain_.bottleneck, outputs_ = chain_.outputs;
    const int64_t widest_ = std::max(bottleneck_, outputs_), panels_ = (width_ + panelColumns - 1) / panelColumns;
    const Walk walk_;
    const Buffer<float> gradient_{walk_.rangeRows * width_};    // dh of a range: for each tile its panels one after the other
    const Buffer<float> inner_{walk_.rangeRows * bottleneck_};  // the gradients of a, then of D x + b, of a range [rows, bottleneck]
    const Buffer<float> change_{tileRows * panelColumns};       // v of a panel [rows, columns]
    const Buffer<float> unusedSum_{width_, Buffer<float>::zero};
    const Buffer<Number> left_{tileRows * panelColumns}, right_{tileRows * panelColumns};  // dh of a panel as operands [rows, columns]
    const Buffer<Number> numbers_{tileRows * widest_};     // a tile's gradients of D x + b or M h as a left operand [rows, columns]
    const Buffer<Number> transposed_{tileRows * widest_};  // the same [columns, rows]
    const Buffer<float> scratch_{tileRows * widest_};      // [columns, rows]
};

/// The gradients of theta.
///
/// Over two tables: slope g (1 - g) times the sum of dx (A - B). Over one, A - h = (x - h) / g, and so the slope times the sum of
/// dx (A - h) is (1 - g) sum of dx x - sum of dh h, with h and dh of the block before; where sum of dx x = sum of dh x + sum of
/// dz (D x), and sum of dh h = sum of dh x + sum of dh (U a) + c sum of dh, so that no state is read again. Where the gate is closed x is
/// nearly h, and their difference is lost in the rounding of x; there A - h = (A - x) / (1 - g), and the slope times the sum of
/// dx (A - h) is g sum of dx (A - x).
void gateGradients(const Chain &chain, const Sums &sums, const GateSums *gates, float *result) {
    double before = 0;  // sum of dh h of the block before
    for (int64_t block = 0; block < chain.count(); ++block) {
        const Factors factors = Factors::of(chain, block);
        const GateSums &own = gates[block];
        double gradient;
        if (chain.hasTwo()) {
            gradient = factors.q * factors.s * own.states;
        } else {
            // The activations and sums hold b, D x does not.
            const double ofDown = own.downs -
                rows::dot<float>(sums.downBiases + block * chain.bottleneck, chain.blocks[block].downBias, chain.bottleneck);
            gradient = chain.isClosed(block) ? factors.q * own.states : factors.p * (own.inputs + ofDown) - before;
            before = own.inputs + own.ups + rows::dot<float>(sums.upBiases + block * chain.width, chain.blocks[block].upBias, chain.width);
        }
        result[block] = static_cast<float>(gradient / chain.temperature);
    }
}

/// U's gradients of a block in U's own order.
void turnUps(const Chain &chain, int64_t block, const Sums &sums, float *result) {
    const int64_t begin = block * chain.width * chain.bottleneck;
    forEachPanel(chain.width, [&](int64_t column, int64_t columns) {
        const int64_t place = begin + column * chain.bottleneck;
        rows::transpose(result + place, chain.bottleneck, sums.transposedUps + place, columns, chain.bottleneck, columns);
    });
}

template <typename Number>
void backwardIn(
    const std::vector<Chain> &chains, const std::vector<std::vector<void *>> &memories, const float *output,
    const std::vector<Gradients> &gradients) {
    const auto weights = Weights<Number>::of(chains, false);
    const auto shares = sharesOf(chains[0].items);
    std::vector<std::vector<std::vector<GateSums>>> gates;  // of each chain, share and block
    std::vector<PartSums> partSums;                         // of each chain
    for (size_t i = 0; i < chains.size(); ++i) {
        gates.emplace_back(shares.size(), std::vector<GateSums>(chains[i].count()));
        partSums.emplace_back(gradients[i].sums, Sums::size(chains[i]), static_cast<int64_t>(shares.size()));
    }
    forEachPart(chains, shares.size(), [&](size_t i, size_t number) {
        const Share &share = shares[number];
        const Memory<Number> memory(chains[i], share, memories[i][number]);
        Backward<Number>(
            chains[i], share, weights[i], memory, output + share.begin * chains[i].outputs, Sums(chains[i], partSums[i].of(number)),
            gates[i][number].data(), gradients[i])
            .run();
    });
    for (size_t i = 0; i < chains.size(); ++i) {
        const Chain &chain = chains[i];
        partSums[i].addUp();
        const Sums sums(chain, gradients[i].sums);
        inParallel(chain.count(), [&](int64_t block) { turnUps(chain, block, sums, gradients[i].ups); });
        std::vector<GateSums> total(chain.count());
        for (const auto &share : gates[i])
            for (int64_t block = 0; block < chain.count(); ++block) total[block] += share[block];
        if (chain.gates) gateGradients(chain, sums, total.data(), gradients[i].gates);
    }
}

} // namespace

void backward(
    const std::vector<Chain> &chains, bool inBFloat16, const std::vector<std::vector<void *>> &memories, const float *output,
    const std::vector<Gradients> &gradients) {
    inBFloat16 ? backwardIn<BFloat16>(chains, memories, output, gradients) : backwardIn<float>(chains, memories, output, gradients);
}

} // namespace ctorch::chain
