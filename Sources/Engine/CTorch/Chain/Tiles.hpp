// What passes between two blocks, for some columns of a tile of items. Each number is read and written once on its way from one block's
// product to the next one's.
#pragma once

#include "Rows.hpp"

namespace ctorch::tiles {

/// Where some items' states begin, for one block.
struct States {
    const char *const *rows = nullptr;  ///< [rows], or null where there is no table
    int64_t offset = 0;                 ///< the bytes from there to the columns
    at::ScalarType type = at::kFloat;
};

/// The operands of the products that come next. Rows are even in number; what belongs to no item is finite.
template <typename Number> struct Operands {
    Number *left;   ///< [rows, columns]
    Number *right;  ///< the same as a right operand (Products.hpp)
};

/// x = p (h + u + c) + q A + s B.
struct Entering {
    int64_t rows, columns;
    float *state;         ///< h, then x [rows, columns]
    const float *change;  ///< u [rows, columns]
    const float *bias;    ///< c [columns]
    float p, q, s;
    States first, second;  ///< A and B
};

void enter(const Entering &entering, const Operands<float> &operands);
void enter(const Entering &entering, const Operands<at::BFloat16> &operands);

/// dx = dh + v, and p dx, which is dh of the block before.
template <typename Number> struct Leaving {
    int64_t rows, columns;
    float *gradient;      ///< dh, then p dx [rows, columns]
    const float *change;  ///< v [rows, columns]
    float p;
    float *sum;            ///< p dx is added up here [columns]
    const Number *inputs;  ///< x as a right operand, or null
    States first, second;  ///< A and B, or none; A alone only with x
};

/// The sums of dh x where there is x, and of dx (A - B) where there are states, with x for B where there is only A.
struct Dots {
    double inputs = 0, states = 0;
};

Dots leave(const Leaving<float> &leaving, const Operands<float> &operands);
Dots leave(const Leaving<at::BFloat16> &leaving, const Operands<at::BFloat16> &operands);

} // namespace ctorch::tiles
