// A share's items in pieces.
#pragma once

#include "ChainParts.hpp"

#include <algorithm>

namespace ctorch::chain {

/// Some items of a share that stand side by side: `rows` with the repeated ones, counted from the share's first.
struct Tile {
    int64_t start, count, rows;
    int64_t place;  ///< its first row among those of its range
};

/// Cuts a share into ranges that go through a block before the next one's weights are read, and these into tiles. A range is of one segment.
class Ranges {
  public:
    Ranges(const Share &share, int64_t items, int64_t width) : share_(share) {
        const int64_t most = std::max(tileRows, rangeBytes / (4 * width) / tileRows * tileRows), segment = segmentLength(items);
        for (int64_t begin = 0; begin < share.count;) {
            const int64_t number = (share.begin + begin) / segment, segmentEnd = (number + 1) * segment - share.begin;
            const int64_t end = std::min({begin + most, segmentEnd, share.rows()});
            if (all_.empty() || all_.back().segment != number) firsts_.push_back(count());
            all_.push_back({begin, end, number});
            begin = end;
        }
        firsts_.push_back(count());
    }

    int64_t count() const { return static_cast<int64_t>(all_.size()); }
    /// The most rows of a range.
    int64_t rows() const {
        int64_t rows = 0;
        for (const Range &range : all_) rows = std::max(rows, range.end - range.begin);
        return rows;
    }

    /// The share's parts of segments: how many there are, the segment of one, its first item in the share and behind its last one, and its
    /// ranges from the first on up to another's.
    int64_t parts() const { return static_cast<int64_t>(firsts_.size()) - 1; }
    int64_t segment(int64_t part) const { return all_[firsts_[part]].segment; }
    int64_t begin(int64_t part) const { return all_[firsts_[part]].begin; }
    int64_t end(int64_t part) const { return std::min(share_.count, all_[firsts_[part + 1] - 1].end); }
    int64_t firstRange(int64_t part) const { return firsts_[part]; }

    int64_t tiles(int64_t range) const { return (all_[range].end - all_[range].begin + tileRows - 1) / tileRows; }
    Tile tile(int64_t range, int64_t number) const {
        const int64_t place = number * tileRows, start = all_[range].begin + place;
        return {start, std::min(tileRows, share_.count - start), std::min(tileRows, all_[range].end - start), place};
    }

  private:
    struct Range {
        int64_t begin, end, segment;
    };

    const Share &share_;
    std::vector<Range> all_;
    std::vector<int64_t> firsts_;  // the first range of each part, and their number
};

} // namespace ctorch::chain
