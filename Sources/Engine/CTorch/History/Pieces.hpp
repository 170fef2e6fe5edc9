// Whole histories that go through the blocks together.
#pragma once

#include "Histories.hpp"

namespace ctorch::history {

struct Piece {
    int64_t begin, end;   ///< its histories
    int64_t row, rows;    ///< its first row and how many it has
    int64_t padded;       ///< rows of its matrices: some more, zeros, so that products come in few sizes
    int64_t place;        ///< its first row among the padded rows of all pieces
    int64_t pair, pairs;  ///< its first pair and how many it has
};

/// All rows in pieces, and these in parts of nearly equal work.
///
/// Parts follow from the rows alone: however many threads there are to take them, sums over rows are the same to the last bit.
struct Pieces {
    std::vector<Piece> all;
    std::vector<int64_t> parts;       ///< where each part's pieces start, and their number at the end
    int64_t padded = 0, largest = 0;  ///< padded rows of all pieces and of the largest one
    int64_t mostPairs = 0;            ///< of all pieces

    explicit Pieces(const Histories &histories);

    int64_t partCount() const { return static_cast<int64_t>(parts.size()) - 1; }
};

} // namespace ctorch::history
