// Right operands of products, cut into columns.
#pragma once

#include "ChainParts.hpp"

namespace ctorch::chain {

/// A right operand for each block, cut into panels of columns that are read one after the other.
template <typename Number> struct Panels {
    Number *numbers;
    int64_t width, depth;

    /// A tensor [blocks, depth, width] as panels.
    explicit Panels(const at::Tensor &tensor) : numbers(data<Number>(tensor)), width(tensor.size(2)), depth(tensor.size(1)) {}

    static int64_t columns(int64_t width, int64_t column) { return std::min(chunkColumns, width - column); }
    /// An even row of the panel that begins at a column.
    Number *at(int64_t block, int64_t column, int64_t row) const {
        return numbers + (block * width + column) * depth + row * columns(width, column);
    }
    /// Asks for some rows of it.
    void askFor(int64_t block, int64_t column, int64_t row, int64_t rows) const {
        ask(at(block, column, row), rows * columns(width, column) * sizeof(Number));
    }
};

/// Calls body(column, columns) for every panel of a width.
template <typename Body> void forEachPanel(int64_t width, const Body &body) {
    for (int64_t column = 0; column < width; column += chunkColumns) body(column, std::min(chunkColumns, width - column));
}

} // namespace ctorch::chain
