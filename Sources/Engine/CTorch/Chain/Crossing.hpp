// What passes between two blocks, for some columns of a tile of items. Each number is read and written once on its way from one block's
// product to the next one's.
#pragma once

#include "../Kernels/Rows.hpp"
#include "Chain.hpp"

namespace ctorch::chain {

/// Where some items' states begin, for one block.
struct States {
    const char *const *rows = nullptr;  ///< [rows], or null where there is no table
    int64_t offset = 0;                 ///< the bytes from there to the columns
    StateType type = StateType::float32;
    const float *means = nullptr, *scales = nullptr;  ///< a state x is (x - mean) scale [columns]; null where it is as it stands
};

/// The operands of the products that come next. Rows are even in number; what belongs to no item is finite.
template <typename Number> struct Operands {
    Number *left;   ///< [rows, columns]; in float32 the numbers themselves are the left operand, and this is not written
    Number *right;  ///< the same as a right operand (Products.hpp), or null
};

/// x = p (h + u + c) + q A + s B.
struct Entering {
    int64_t rows, columns;
    float *state;         ///< h, then x [rows, columns]
    const float *change;  ///< u [rows, columns]
    const float *bias;    ///< c [columns]
    Factors factors;
    States first, second;  ///< A and B
};

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

template <typename Number> void enter(const Entering &entering, const Operands<Number> &operands);
template <typename Number> Dots leave(const Leaving<Number> &leaving, const Operands<Number> &operands);

} // namespace ctorch::chain
