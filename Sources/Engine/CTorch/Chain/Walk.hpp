// A share's way through its chain: which tile enters which block after which, and what both passes need on the way.
#pragma once

#include "Chain.hpp"
#include "Crossing.hpp"

#include <algorithm>

namespace ctorch::chain {

/// Items that go through a product together.
inline constexpr int64_t tileRows = 64;
/// What the items of a range may take of a core's cache, in bytes of h.
inline constexpr int64_t rangeBytes = 1 << 20;

/// Some items of a share that stand side by side: `rows` with the repeated ones, counted from the share's first.
struct Tile {
    int64_t start, count, rows;
    int64_t place;  ///< its first row among those of its range
};

/// A tile at a block, or at the map behind the last one.
struct Step {
    int64_t block;
    Tile tile;
};

/// A share is cut into ranges, which go through a block before the next one's weights are read, and these into tiles.
class Walk {
  public:
    /// For the share's rows from one on up to another.
    Walk(const Chain &chain, const Share &share, int64_t from, int64_t to, bool isBackward) : chain_(chain), share_(share) {
        const int64_t most = std::max(tileRows, rangeBytes / (4 * chain.width) / tileRows * tileRows), blocks = chain.count();
        rangeRows = std::min(most, to - from);
        for (int64_t begin = from; begin < to; begin += most) {
            const int64_t end = std::min(begin + most, to);
            for (int64_t i = 0; i <= blocks; ++i)
                for (int64_t start = begin; start < end; start += tileRows) {
                    const Tile tile{start, std::min(tileRows, share.count - start), std::min(tileRows, end - start), start - begin};
                    steps.push_back({isBackward ? blocks - i : i, tile});
                }
        }
    }

    std::vector<Step> steps;
    int64_t rangeRows;  ///< the most rows of a range

    /// Where the memory has x of some columns of a tile. Numbers [rows, width] of a share are cut into panels of columns, and each panel has
    /// its rows one after the other.
    template <typename Number> Number *inputs(const Memory<Number> &memory, const Step &step, int64_t column) const {
        const int64_t place = step.block * chain_.width + column, columns = std::min(panelColumns, chain_.width - column);
        return memory.inputs + place * share_.rows + step.tile.start * columns;
    }

    /// What a block reads for some columns of a tile.
    States states(const Table &table, const Step &step, int64_t column) const {
        if (!table.isThere()) return {};
        States states{rows(table, step), table.layers[step.block] * table.layerBytes + column * table.numberBytes, table.type};
        if (!table.means) return states;
        states.means = table.means + step.block * chain_.width + column;
        states.scales = table.scales + step.block * chain_.width + column;
        return states;
    }

    /// Asks for one of `parts` parts of the states that a step reads. Rows stand anywhere in a table, where the machine does not foresee
    /// them: so they are asked for bit by bit while the step before works.
    void ask(size_t number, int64_t part, int64_t parts) const {
        if (number >= steps.size() || steps[number].block == chain_.count()) return;
        const Step &step = steps[number];
        for (const Table *table : {&chain_.first, &chain_.second})
            for (int64_t row = part * step.tile.rows / parts; table->isThere() && row < (part + 1) * step.tile.rows / parts; ++row)
                askFor(rows(*table, step)[row] + table->layers[step.block] * table->layerBytes, chain_.width * table->numberBytes);
    }

    /// Asks for memory that is read soon, by way of the second nearest cache.
    static void askFor(const void *memory, int64_t bytes) {
        for (int64_t byte = 0; byte < bytes; byte += 64) __builtin_prefetch(static_cast<const char *>(memory) + byte, 0, 2);
    }

  private:
    const char *const *rows(const Table &table, const Step &step) const { return table.rows.data() + share_.begin + step.tile.start; }

    const Chain &chain_;
    const Share &share_;
};

/// Calls body(column, columns) for every panel of a width.
template <typename Body> void forEachPanel(int64_t width, const Body &body) {
    for (int64_t column = 0; column < width; column += panelColumns) body(column, std::min(panelColumns, width - column));
}

/// A chain's weights as right operands: the matrices, or transposed for the forward pass.
template <typename Number> struct Weights {
    std::vector<const Number *> downs, ups;
    const Number *map = nullptr;

    /// Of all chains, packed by all threads.
    static std::vector<Weights> of(const std::vector<Chain> &chains, bool isTransposed) {
        std::vector<Weights> all(chains.size());
        std::vector<std::function<void()>> work;
        for (size_t i = 0; i < chains.size(); ++i) {
            const Chain &chain = chains[i];
            Weights &own = all[i];
            own.packed_ = Buffer<Number>(chain.parameterSize());
            Number *next = own.packed_;
            const auto add = [&](const float *weight, int64_t rows, int64_t columns) -> const Number * {
                if constexpr (group<Number> == 1)
                    if (!isTransposed) return weight;
                Number *target = next;
                next += rows * columns;
                work.push_back([=] { pack(target, weight, rows, columns, isTransposed); });
                return target;
            };
            for (const Block &block : chain.blocks) {
                own.downs.push_back(add(block.down, chain.bottleneck, chain.width));
                own.ups.push_back(add(block.up, chain.width, chain.bottleneck));
            }
            own.map = add(chain.map, chain.outputs, chain.width);
        }
        inParallel(static_cast<int64_t>(work.size()), [&](int64_t i) { work[i](); });
        return all;
    }

  private:
    Buffer<Number> packed_;
};

/// Calls body(chain, part) for each of some parts of all chains, in parallel; those that take longest come first.
template <typename Body> void forEachPart(const std::vector<Chain> &chains, size_t parts, const Body &body) {
    std::vector<size_t> order;
    for (size_t i = 0; i < chains.size(); ++i) order.push_back(i);
    // Over two tables a chain takes half as long again, as measured.
    const auto cost = [&](size_t i) { return (chains[i].hasTwo() ? 3 : 2) * chains[i].count() * chains[i].width * chains[i].bottleneck; };
    std::sort(order.begin(), order.end(), [&](size_t a, size_t b) { return cost(a) > cost(b); });
    inParallel(static_cast<int64_t>(parts * order.size()), [&](int64_t unit) { body(order[unit / parts], unit % parts); });
}

/// out [columns, rows] of numbers = in [rows, columns]; `scratch` holds `columns` times a tile's rows.
template <typename Number>
void storeTransposed(Number *out, int64_t outStride, const float *in, int64_t rows, int64_t columns, float *scratch) {
    if constexpr (group<Number> == 1) return rows::transpose(out, outStride, in, columns, rows, columns);
    rows::transpose(scratch, tileRows, in, columns, rows, columns);
    for (int64_t column = 0; column < columns; ++column) rows::store<Number>(out + column * outStride, scratch + column * tileRows, rows);
}

} // namespace ctorch::chain
