// A chain of residual blocks with bottlenecks over rows of tables, as one operation with its own backward pass.
//
// With h_0 = 0, for block k and an item:
//   one table:   x_k = g_k A_k + (1 - g_k) h_{k-1}            without gates: x_k = A_k + h_{k-1}
//   two tables:  x_k = h_{k-1} + g_k A_k + (1 - g_k) B_k      without gates: x_k = h_{k-1} + A_k + B_k
//   h_k = x_k + U_k s(D_k x_k + b_k) + c_k
// where A_k and B_k are rows of the tables' layers and g_k = sigmoid(theta_k / temperature). The result is M h of the last block.
//
// A few items at a time go through all blocks, so that what passes between blocks stays in a core's cache; sums and h are float32, the
// operands of products float32 or bfloat16.
#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

namespace ctorch {

/// Where a chain reads from: row rows[i] of a table [rows, layers, width] for item i, or row i without `rows`.
struct ChainTable {
    at::Tensor states;
    at::Tensor rows;
    std::vector<int64_t> layers;
};

/// Everything a chain computes with. Lists have one element for each block.
struct Chain {
    ChainTable first, second;  ///< `second.states` is undefined for a chain over one table
    at::Tensor gates;          ///< theta [blocks], or undefined
    double temperature;
    at::Tensor map;  ///< M [outputs, width]
    std::vector<at::Tensor> downWeights, downBiases, upWeights, upBiases;
    bool isGELU;

    int64_t blocks() const { return static_cast<int64_t>(downWeights.size()); }
    int64_t items() const { return first.rows.defined() ? first.rows.size(0) : first.states.size(0); }
    int64_t width() const { return first.states.size(2); }
    int64_t bottleneck() const { return downWeights[0].size(0); }
    int64_t outputs() const { return map.size(0); }
    bool hasTwo() const { return second.states.defined(); }

    /// Stops what the kernels cannot do.
    void check() const;
};

/// What the backward pass needs of the forward pass.
struct ChainMemory {
    at::Tensor inputs;  ///< x: [blocks, padded items, width], as the right operand of a product
    at::Tensor activations;  ///< s(D x + b): [blocks, items, bottleneck]
    at::Tensor transposedActivations;  ///< the same as left operand of a product over items: [blocks, bottleneck, padded items]
    at::Tensor last;  ///< h of the last block: [1, padded items, width], as the right operand of a product
    at::Tensor sums;  ///< D x + b, where s is GELU: float32 [blocks, items, bottleneck]
};

/// What a backward pass gives; lists have one element for each block.
struct ChainGradients {
    std::vector<at::Tensor> downWeights, downBiases, upWeights, upBiases;
    at::Tensor gates;  ///< undefined without gates
    at::Tensor map;
    at::Tensor first, second;  ///< of the tables, where asked for
};

/// M h of the last block: float32 [items, outputs]. `memory` is filled unless it is null.
at::Tensor chainForward(const Chain &chain, bool inBFloat16, ChainMemory *memory);

/// The gradients for that of the result; those of the tables, which then have no `rows`, on request.
ChainGradients chainBackward(
    const Chain &chain, const ChainMemory &memory, const at::Tensor &output, bool ofFirst, bool ofSecond);

} // namespace ctorch
