#include "History.hpp"

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
        const int64_t row = histories.rows[begin], length = histories.rows[history] - row;
        const int64_t pair = histories.pairs[begin], pairs = histories.pairs[history] - pair;
        if (length > 0) all.push_back({begin, history, row, length, roundedUp(length, rowMultiple), pair, pairs});
    }
    if (parts.back() < static_cast<int64_t>(all.size())) parts.push_back(static_cast<int64_t>(all.size()));
}

Piece Pieces::largest() const {
    Piece most{};
    for (const Piece &piece : all) {
        most.padded = std::max(most.padded, piece.padded);
        most.pairs = std::max(most.pairs, piece.pairs);
    }
    return most;
}

Memory::Memory(const Blocks &all, const Piece &piece, bool isMasked, void *start) {
    const int64_t rows = piece.padded, width = all.width, pairs = all.heads * piece.pairs;
    Cut cut{static_cast<char *>(start)};
    const auto take = [&](int64_t columns) { return cut.take<float>(rows * columns); };
    const auto takeMask = [&](int64_t count) { return isMasked ? cut.take<float>(count) : nullptr; };
    const auto takeNorm = [&]() -> NormMemory { return {takeMask(rows * width), take(width), take(1)}; };
    entry = takeNorm();
    for (int64_t block = 0; block < all.count(); ++block)
        blocks.push_back({
            .x = take(width),
            .sides = take(3 * width),
            .probabilities = cut.take<float>(pairs),
            .pairMask = takeMask(pairs),
            .seen = take(width),
            .attendedNorm = takeNorm(),
            .attended = take(width),
            .rectified = take(all.hidden),
            .norm = takeNorm(),
        });
    bytes = cut.bytes;
}

void multiply(
    int64_t rows, int64_t columns, int64_t depth, const float *a, int64_t aStride, const float *b, int64_t bStride, float *c,
    int64_t cStride, bool adds) {
    constexpr int64_t tileRows = 64, tileColumns = 256, tileDepth = 256;
    for (int64_t start = 0; start < depth; start += tileDepth)
        for (int64_t row = 0; row < rows; row += tileRows)
            for (int64_t column = 0; column < columns; column += tileColumns)
                product(
                    std::min(tileRows, rows - row), std::min(tileColumns, columns - column), std::min(tileDepth, depth - start),
                    a + row * aStride + start, aStride, b + start * bStride + column, bStride, c + row * cStride + column, cStride,
                    adds || start > 0);
}

} // namespace ctorch::history
