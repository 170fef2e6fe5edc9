#include "Pieces.hpp"

#include "../Machine.hpp"

#include <algorithm>

namespace ctorch::history {

namespace {

/// About how many rows a piece has, how few are not worth a part of their own, and how many parts there are at most, as each has sums of its
/// own.
constexpr int64_t pieceRows = 64, leastRows = 64, mostParts = 16;
/// Padded rows are a multiple of this: kernels of products are made for every number of rows, so there should be few.
constexpr int64_t rowMultiple = 8;

} // namespace

Histories::Histories(std::vector<int64_t> starts) : rows(std::move(starts)), pairs{0} {
    for (int64_t history = 0; history < count(); ++history) {
        longest = std::max(longest, length(history));
        pairs.push_back(pairs.back() + length(history) * (length(history) + 1) / 2);
    }
}

Pieces::Pieces(const Histories &histories) {
    const int64_t rows = histories.rows.back();
    const int64_t partCount = std::max<int64_t>(1, std::min(mostParts, rows / leastRows));
    const int64_t perPart = std::max<int64_t>(1, (rows + partCount * pieceRows - 1) / (partCount * pieceRows));
    const int64_t count = partCount * perPart;
    int64_t history = 0;
    for (int64_t i = 0; i < count; ++i) {
        const bool isNewPart = parts.empty() || parts.back() < static_cast<int64_t>(all.size());
        if (i % perPart == 0 && isNewPart) parts.push_back(static_cast<int64_t>(all.size()));
        // A piece ends with the history whose end is nearest to where equal pieces would end.
        const int64_t begin = history, target = rows * (i + 1) / count;
        while (history < histories.count() && (i + 1 == count || histories.rows[history] + histories.rows[history + 1] <= 2 * target))
            ++history;
        const int64_t length = histories.rows[history] - histories.rows[begin];
        if (length == 0) continue;
        const int64_t rounded = roundedUp(length, rowMultiple);
        const int64_t pairs = histories.pairs[history] - histories.pairs[begin];
        all.push_back({begin, history, histories.rows[begin], length, rounded, padded, histories.pairs[begin], pairs});
        padded += rounded;
        largest = std::max(largest, rounded);
        mostPairs = std::max(mostPairs, pairs);
    }
    if (parts.back() < static_cast<int64_t>(all.size())) parts.push_back(static_cast<int64_t>(all.size()));
}

} // namespace ctorch::history
