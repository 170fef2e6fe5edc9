// Histories of different lengths whose rows stand one after the other, without padding, and which of them go through the blocks together.
#pragma once

#include <cstdint>
#include <vector>

namespace ctorch::history {

/// Where each history's rows and pairs start; pairs are those (i, j) of its rows with j <= i, row by row.
struct Histories {
    std::vector<int64_t> rows, pairs;
    int64_t longest = 0;

    /// `starts`: [histories + 1], ascending from 0 to the number of rows.
    explicit Histories(std::vector<int64_t> starts);

    int64_t count() const { return static_cast<int64_t>(rows.size()) - 1; }
    int64_t length(int64_t history) const { return rows[history + 1] - rows[history]; }
    int64_t pairCount() const { return pairs.back(); }
};

/// Some whole histories.
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
