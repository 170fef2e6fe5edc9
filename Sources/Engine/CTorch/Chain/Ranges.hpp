// A share's items in pieces.
#pragma once

#include "ChainParts.hpp"

namespace ctorch::chain {

/// Some items of a share that stand side by side: `rows` with the repeated ones, counted from the share's first.
struct Tile {
    int64_t start, count, rows;
};

/// Cuts a share into ranges that go through a block before the next one's weights are read, and these into tiles.
class Ranges {
  public:
    Ranges(const Share &share, int64_t width)
        : share_(share), length_(std::max(tileRows, rangeBytes / (4 * width) / tileRows * tileRows)) {}

    int64_t count() const { return (share_.count + length_ - 1) / length_; }
    /// The most rows of a range.
    int64_t rows() const { return std::min(length_, share_.rows()); }

    int64_t tiles(int64_t range) const { return (end(range) - range * length_ + tileRows - 1) / tileRows; }
    Tile tile(int64_t range, int64_t number) const {
        const int64_t start = range * length_ + number * tileRows;
        return {start, std::min(tileRows, share_.count - start), std::min(tileRows, end(range) - start)};
    }
    /// Where a tile stands in its range.
    int64_t place(const Tile &tile) const { return tile.start % length_; }

  private:
    int64_t end(int64_t range) const { return std::min(share_.rows(), (range + 1) * length_); }

    const Share &share_;
    const int64_t length_;
};

} // namespace ctorch::chain
