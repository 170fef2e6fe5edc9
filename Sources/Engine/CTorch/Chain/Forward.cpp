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
template <typename Number> struct Forward {
    const Chain &chain;
    const Part &part;
    const Weights<Number> &weights;
    const Memory<Number> *memory;  // of the share, which is filled; or null
    float *output;                 // M h of the last block [items of the share, outputs]

    const int64_t width = chain.width, bottleneck = chain.bottleneck, outputs = chain.outputs;
    const int64_t panels = (width + panelColumns - 1) / panelColumns;
    const Walk walk{chain, part.share, part.from, part.to, false};
    const Buffer<float> state{walk.rangeRows * width};        // h, then x, of a range: for each tile its panels one after the other
    const Buffer<float> sums{walk.rangeRows * bottleneck};    // D x of a range [rows, bottleneck]
    const Buffer<float> result{tileRows * outputs};           // M h of a tile [rows, outputs]
    const Buffer<float> change{tileRows * panelColumns};      // U a of a panel [rows, columns]
    const Buffer<float> zeros{width, Buffer<float>::zero};
    const Buffer<Number> left{tileRows * panelColumns};       // x of a panel as a left operand [rows, columns]
    const Buffer<Number> activations{tileRows * bottleneck};  // a of a tile as a left operand [rows, bottleneck]
    const Buffer<float> scratch{tileRows * bottleneck};       // [bottleneck, rows]

    void run() const {
        const MatrixUnit<Number> unit;
        for (size_t number = 0; number < walk.steps.size(); ++number) take(number);
    }

    /// Takes a tile out of the block before, if there is one, and into a block or the map.
    void take(size_t number) const {
        const Step &step = walk.steps[number];
        const auto &[block, tile] = step;
        const bool isBehind = block == chain.count();
        if (block > 0) {
            activate(block - 1, tile);
        } else {
            std::memset(state + tile.place * width, 0, tile.rows * width * sizeof(float));
            std::memset(change, 0, tileRows * panelColumns * sizeof(float));
        }
        forEachPanel(width, [&](int64_t column, int64_t columns) {
            if (block > 0)  // U a
                product(
                    tile.rows, columns, bottleneck, activations, bottleneck, weights.ups[block - 1] + column * group<Number>, width,
                    change, columns);
            walk.ask(number + 1, 2 * (column / panelColumns), 2 * panels);
            const Number *x = enter(step, column, columns);
            walk.ask(number + 1, 2 * (column / panelColumns) + 1, 2 * panels);
            // What these columns contribute to D x or to M h.
            const int64_t count = isBehind ? outputs : bottleneck;
            product(
                tile.rows, count, columns, x, columns, (isBehind ? weights.map : weights.downs[block]) + column * count, count,
                isBehind ? result : sumsOf(tile), count, column > 0);
        });
        if (isBehind) std::memcpy(output + tile.start * outputs, result, tile.count * outputs * sizeof(float));
    }

    /// Some columns of a tile enter a block; behind the last one they only take up its change. Returns them as a left operand.
    const Number *enter(const Step &step, int64_t column, int64_t columns) const {
        const auto &[block, tile] = step;
        float *x = state + tile.place * width + column * tile.rows;
        const float *bias = block > 0 ? chain.blocks[block - 1].upBias : zeros;
        Entering entering{tile.rows, columns, x, change, bias + column, {}, {}, {}};
        if (block < chain.count()) {
            entering.factors = Factors::of(chain, block);
            entering.first = walk.states(chain.first, step, column);
            entering.second = walk.states(chain.second, step, column);
        }
        chain::enter<Number>(entering, {left, memory ? walk.inputs(*memory, step, column) : nullptr});
        if constexpr (group<Number> == 1) return x;
        else return left;
    }

    /// s(D x + b) of a tile.
    void activate(int64_t block, const Tile &tile) const {
        float *z = sumsOf(tile);
        const float *bias = chain.blocks[block].downBias;
        const int64_t count = tile.rows * bottleneck, place = (block * part.share.rows + tile.start) * bottleneck;
        for (int64_t row = 0; row < tile.rows; ++row)
            (chain.isGELU ? rows::add : rows::rectify)(z + row * bottleneck, bias, bottleneck);
        if (chain.isGELU) {
            if (memory) std::memcpy(memory->sums + place, z, count * sizeof *z);
            rows::gelu(z, count);
        }
        rows::store<Number>(activations, z, count);
        if (!memory) return;
        std::memcpy(memory->activations + place, activations, count * sizeof(Number));
        storeTransposed(
            memory->transposedActivations + block * part.share.rows * bottleneck + tile.start, part.share.rows, z, tile.rows, bottleneck,
            scratch);
    }

    /// D x of a tile.
    float *sumsOf(const Tile &tile) const { return sums + tile.place * bottleneck; }
};

template <typename Number>
void forwardIn(const std::vector<Chain> &chains, const std::vector<void *> &memories, float *output) {
    const int64_t size = chains[0].items * chains[0].outputs;
    const auto weights = Weights<Number>::of(chains, true);
    const auto shares = sharesOf(chains[0].items);
    std::vector<Part> parts;
    for (size_t number = 0; number < shares.size(); ++number)
        for (int64_t from = 0; from < shares[number].rows; from += partRows)
            parts.push_back({shares[number], number, from, std::min(from + partRows, shares[number].rows)});
    const Buffer<float> others(size * static_cast<int64_t>(chains.size() - 1));  // what other chains than the first give
    forEachPart(chains, parts.size(), [&](size_t i, size_t number) {
        const Chain &chain = chains[i];
        const Part &part = parts[number];
        const Memory<Number> memory(chain, part.share, memories.empty() ? nullptr : memories[i * shares.size() + part.number]);
        float *own = (i == 0 ? output : others + (i - 1) * size) + part.share.begin * chain.outputs;
        Forward<Number>{chain, part, weights[i], memories.empty() ? nullptr : &memory, own}.run();
    });
    for (size_t i = 1; i < chains.size(); ++i) rows::add(output, others + (i - 1) * size, size);
}

} // namespace

void forward(const std::vector<Chain> &chains, bool inBFloat16, const std::vector<void *> &memories, float *output) {
    inBFloat16 ? forwardIn<BFloat16>(chains, memories, output) : forwardIn<float>(chains, memories, output);
}

} // namespace ctorch::chain
