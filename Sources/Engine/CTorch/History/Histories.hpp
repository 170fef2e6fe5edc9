// Histories of different lengths whose rows stand one after the other, without padding.
#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

namespace ctorch::history {

/// Where each history's rows and pairs start; pairs are those (i, j) of its rows with j <= i, row by row.
struct Histories {
    std::vector<int64_t> rows, pairs;
    int64_t longest = 0;

    /// `starts`: int64 [histories + 1], from 0 to `rowCount`.
    Histories(const at::Tensor &starts, int64_t rowCount);

    int64_t count() const { return static_cast<int64_t>(rows.size()) - 1; }
    int64_t length(int64_t history) const { return rows[history + 1] - rows[history]; }
    int64_t pairCount() const { return pairs.back(); }
};

} // namespace ctorch::history
