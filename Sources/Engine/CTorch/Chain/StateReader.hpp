// Where the states of tile after tile stand.
#pragma once

#include "Ranges.hpp"
#include "Tiles.hpp"

namespace ctorch::chain {

/// Rows of a table, or of none, for one tile of items and one block.
class TableReader {
  public:
    explicit TableReader(const ChainTable &table) : table_(table) {
        if (!table.isThere()) return;
        numberBytes_ = table.shards[0].element_size();
        layerBytes_ = table.shards[0].stride(1) * numberBytes_;
        lines_ = (table.width() * numberBytes_ + lineBytes - 1) / lineBytes;
    }

    /// Turns to a tile whose first item is `begin`; rows after the last item are those of the last item.
    void find(int64_t block, int64_t begin, const Tile &tile) {
        places_.resize(table_.isThere() ? tile.rows : 0);
        for (size_t row = 0; row < places_.size(); ++row)
            places_[row] = table_.places[begin + std::min<int64_t>(row, tile.count - 1)] + table_.layers[block] * layerBytes_;
    }
    void swap(TableReader &other) { places_.swap(other.places_); }

    /// The tile's states from a column on.
    tiles::States states(int64_t column) const {
        if (!table_.isThere()) return {};
        return {places_.data(), column * numberBytes_, table_.type()};
    }
    int64_t lines() const { return static_cast<int64_t>(places_.size()) * lines_; }
    /// Asks for lines of the cache, counted row by row.
    void ask(int64_t begin, int64_t end) const {
        for (int64_t line = begin; line < std::min(end, lines()); ++line)
            __builtin_prefetch(places_[line / lines_] + line % lines_ * lineBytes, 0, 2);
    }

  private:
    static constexpr int64_t lineBytes = 64;

    const ChainTable &table_;
    int64_t numberBytes_ = 0, layerBytes_ = 0, lines_ = 0;  // lines of a row
    std::vector<const char *> places_;
};

/// The states of a share's tiles in the order in which they are read.
///
/// Rows stand anywhere in a table, where the machine does not foresee them. So the next tile's are asked for bit by bit while this one's are
/// worked on.
class StateReader {
  public:
    StateReader(const Chain &chain, const Share &share)
        : share_(share), first_(chain.first), second_(chain.second), nextFirst_(chain.first), nextSecond_(chain.second) {}

    /// Names the tile that is read after the present one.
    void expect(int64_t block, const Tile &tile) {
        nextFirst_.find(block, share_.begin + tile.start, tile);
        nextSecond_.find(block, share_.begin + tile.start, tile);
        asked_ = 0;
    }
    /// Turns to the tile that was named.
    void advance() {
        first_.swap(nextFirst_);
        second_.swap(nextSecond_);
        asked_ = std::max(nextFirst_.lines(), nextSecond_.lines());
    }
    /// Asks for one of `parts` parts of what is read next.
    void ask(int64_t parts) {
        const int64_t lines = std::max(nextFirst_.lines(), nextSecond_.lines());
        const int64_t end = std::min(lines, asked_ + (lines + parts - 1) / parts);
        nextFirst_.ask(asked_, end);
        nextSecond_.ask(asked_, end);
        asked_ = end;
    }

    tiles::States first(int64_t column) const { return first_.states(column); }
    tiles::States second(int64_t column) const { return second_.states(column); }

  private:
    const Share &share_;
    TableReader first_, second_, nextFirst_, nextSecond_;
    int64_t asked_ = 0;  // lines of each of the next tile's tables
};

} // namespace ctorch::chain
