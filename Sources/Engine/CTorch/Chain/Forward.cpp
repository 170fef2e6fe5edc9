#include "Walk.hpp"

namespace ctorch::chain {

namespace {

/// Rows of a share that one thread takes through the blocks: fewer than the whole share, as no sums are made.
struct Part {
    Share share;
    size_t number;  ///< of the share
    int64_t from, to;
};
constexpr int64_t partRows = 2 * tileRows;

/// A part's way through the blocks of a chain.
template <typename Number> class Forward {
  public:
    /// - memory: of the share; filled unless it is null.
    /// - output: M h of the last block [items of the share, outputs].
    Forward(const Chain &chain, const Part &part, const Weights<Number> &weights, const Memory<Number> *memory, float *output)
        : chain_(chain), share_(part.share), weights_(weights), memory_(memory), output_(output),
          walk_(chain, share_, part.from, part.to, false) {}

    void run() {
        const MatrixUnit<Number> unit;
        for (size_t number = 0; number < walk_.steps.size(); ++number) take(number);
    }

  private:
    /// Takes a tile out of the block before, if there is one, and into a block or the map.
    void take(size_t number) {
        const Step &step = walk_.steps[number];
        const auto &[block, tile] = step;
        const bool isBehind = block == chain_.count();
        if (block > 0) {
            activate(block - 1, tile);
        } else {
            std::memset(state_ + tile.place * width_, 0, tile.rows * width_ * sizeof(float));
            std::memset(change_, 0, tileRows * panelColumns * sizeof(float));
        }
        forEachPanel(width_, [&](int64_t column, int64_t columns) {
            if (block > 0)  // U a
                product(
                    tile.rows, columns, bottleneck_, activations_, bottleneck_, weights_.ups[block - 1] + column * group<Number>, width_,
                    change_, columns);
            walk_.ask(number + 1, 2 * (column / panelColumns), 2 * panels_);
            const Number *left = enter(step, column, columns);
            walk_.ask(number + 1, 2 * (column / panelColumns) + 1, 2 * panels_);
            // What these columns contribute to D x or to M h.
            const int64_t count = isBehind ? outputs_ : bottleneck_;
            product(
                tile.rows, count, columns, left, columns, (isBehind ? weights_.map : weights_.downs[block]) + column * count, count,
                isBehind ? result_ : sums(tile), count, column > 0);
        });
        if (isBehind) std::memcpy(output_ + tile.start * outputs_, result_, tile.count * outputs_ * sizeof(float));
    }

    /// Some columns of a tile enter a block; behind the last one they only take up its change. Returns them as a left operand.
    const Number *enter(const Step &step, int64_t column, int64_t columns) {
        const auto &[block, tile] = step;
        float *state = state_ + tile.place * width_ + column * tile.rows;
        const float *bias = block > 0 ? chain_.blocks[block - 1].upBias : zeros_;
        Entering entering{tile.rows, columns, state, change_, bias + column, {}, {}, {}};
        if (block < chain_.count()) {
            entering.factors = Factors::of(chain_, block);
            entering.first = walk_.states(chain_.first, step, column);
            entering.second = walk_.states(chain_.second, step, column);
        }
        chain::enter<Number>(entering, {left_, memory_ ? walk_.inputs(*memory_, step, column) : nullptr});
        if constexpr (group<Number> == 1) return state;
        else return left_;
    }

    /// s(D x + b) of a tile.
    void activate(int64_t block, const Tile &tile) {
        float *z = sums(tile);
        const float *bias = chain_.blocks[block].downBias;
        const int64_t count = tile.rows * bottleneck_, place = (block * share_.rows + tile.start) * bottleneck_;
        for (int64_t row = 0; row < tile.rows; ++row)
            (chain_.isGELU ? rows::add : rows::rectify)(z + row * bottleneck_, bias, bottleneck_);
        if (chain_.isGELU) {
            if (memory_) std::memcpy(memory_->sums + place, z, count * sizeof *z);
            rows::gelu(z, count);
        }
        rows::store<Number>(activations_, z, count);
        if (!memory_) return;
        std::memcpy(memory_->activations + place, activations_, count * sizeof(Number));
        storeTransposed(
            memory_->transposedActivations + block * share_.rows * bottleneck_ + tile.start, share_.rows, z, tile.rows, bottleneck_,
            scratch_);
    }

    /// D x of a tile.
    float *sums(const Tile &tile) { return sums_ + tile.place * bottleneck_; }

    const Chain &chain_;
    const Share &share_;
    const Weights<Number> &weights_;
    const Memory<Number> *memory_;
    float *output_;
    const int64_t width_ = chain_.width, bottleneck_ = chain_.bottleneck, outputs_ = chain_.outputs;
    const int64_t panels_ = (width_ + panelColumns - 1) / panelColumns;
    const Walk walk_;
    const Buffer<float> state_{walk_.rangeRows * width_};       // h, then x, of a range: for each tile its panels one after the other
    const Buffer<float> sums_{walk_.rangeRows * bottleneck_};   // D x of a range [rows, bottleneck]
    const Buffer<float> result_{tileRows * outputs_};           // M h of a tile [rows, outputs]
    const Buffer<float> change_{tileRows * panelColumns};       // U a of a panel [rows, columns]
    const Buffer<float> zeros_{width_, Buffer<float>::zero};
    const Buffer<Number> left_{tileRows * panelColumns};        // x of a panel as a left operand [rows, columns]
    const Buffer<Number> activations_{tileRows * bottleneck_};  // a of a tile as a left operand [rows, bottleneck]
    const Buffer<float> scratch_{tileRows * bottleneck_};       // [bottleneck, rows]
};

template <typename Number>
void forwardIn(const std::vector<Chain> &chains, const std::vector<std::vector<void *>> &memories, float *output) {
    const int64_t size = chains[0].items * chains[0].outputs;
    const auto weights = Weights<Number>::of(chains, true);
    std::vector<Part> parts;
    for (const Share &share : sharesOf(chains[0].items)) {
        const size_t number = parts.empty() ? 0 : parts.back().number + 1;
        for (int64_t from = 0; from < share.rows; from += partRows)
            parts.push_back({share, number, from, std::min(from + partRows, share.rows)});
    }
    const Buffer<float> others(size * static_cast<int64_t>(chains.size() - 1));  // what other chains than the first give
    forEachPart(chains, parts.size(), [&](size_t i, size_t number) {
        const Chain &chain = chains[i];
        const Part &part = parts[number];
        const Memory<Number> memory(chain, part.share, memories.empty() ? nullptr : memories[i][part.number]);
        float *own = (i == 0 ? output : others + (i - 1) * size) + part.share.begin * chain.outputs;
        Forward<Number>(chain, part, weights[i], memories.empty() ? nullptr : &memory, own).run();
    });
    for (size_t i = 1; i < chains.size(); ++i) rows::add(output, others + (i - 1) * size, size);
}

} // namespace

void forward(const std::vector<Chain> &chains, bool inBFloat16, const std::vector<std::vector<void *>> &memories, float *output) {
    inBFloat16 ? forwardIn<BFloat16>(chains, memories, output) : forwardIn<float>(chains, memories, output);
}

} // namespace ctorch::chain
