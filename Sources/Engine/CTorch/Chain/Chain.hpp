// Chains of residual blocks with bottlenecks over rows of tables, side by side, as one operation with its own backward pass.
//
// With h_0 = 0, for block k and an item:
//   one table:   x_k = g_k A_k + (1 - g_k) h_{k-1}            without gates: x_k = A_k + h_{k-1}
//   two tables:  x_k = h_{k-1} + g_k A_k + (1 - g_k) B_k      without gates: x_k = h_{k-1} + A_k + B_k
//   h_k = x_k + U_k s(D_k x_k + b_k) + c_k
// where A_k and B_k are rows of the tables' layers and g_k = sigmoid(theta_k / temperature). The result is the sum over chains of M h of
// the last block.
//
// Beside its arithmetic such a chain is mostly traffic to memory. So a thread takes its items through all blocks of a chain, a tile
// at a time, and what passes between blocks, the weights in the order of the machine's products, and the sums that become weights' gradients
// stay in a core's cache. Sums and h are float32, the operands of products float32 or bfloat16.
#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

namespace ctorch {

/// Where a chain reads from: row rows[i] of a table [rows, layers, width] for item i, or row i without `rows`.
struct ChainTable {
    std::vector<at::Tensor> shards;  ///< the table in one piece or, with `rows`, in several, which follow each other; none for no table
    at::Tensor rows;
    std::vector<int64_t> layers;
    std::vector<const char *> places = {};  ///< where each item's row starts, once it is found

    bool isThere() const { return !shards.empty(); }
    int64_t items() const { return rows.defined() ? rows.size(0) : shards[0].size(0); }
    int64_t width() const { return shards[0].size(2); }
    at::ScalarType type() const { return shards[0].scalar_type(); }
    /// Checks the rows and finds where they are.
    void find(const char *name);
};

/// Everything a chain computes with. Lists have one element for each block.
struct Chain {
    ChainTable first, second;  ///< there is no second one for a chain over one table
    at::Tensor gates;          ///< theta [blocks], or undefined
    double temperature;
    at::Tensor map;  ///< M [outputs, width]
    std::vector<at::Tensor> downWeights, downBiases, upWeights, upBiases;
    bool isGELU;

    int64_t blocks() const { return static_cast<int64_t>(downWeights.size()); }
    int64_t items() const { return first.items(); }
    int64_t width() const { return first.width(); }
    int64_t bottleneck() const { return downWeights[0].size(0); }
    int64_t outputs() const { return map.size(0); }
    bool hasTwo() const { return second.isThere(); }

    /// Stops what the kernels cannot do, and finds the tables' rows.
    void prepare();
};

/// Items whose gradients are added up one after the other. A chain's gradients are the sums of its segments' in their order: however many
/// threads there are, and wherever their shares begin, the sums are the same to the last bit.
int64_t segmentLength(int64_t items);

/// A thread's part of a chain: some of the items, all blocks.
struct Share {
    int64_t chain, begin, count;

    /// Its rows in memory: the last item stands there more than once.
    int64_t rows() const;
};

/// Divides chains over the same items among threads: the shares of each thread, which begin where a tile does.
std::vector<std::vector<Share>> sharedOut(const std::vector<Chain> &chains, int64_t threads);

/// What the backward pass of a share needs of its forward pass.
struct ShareMemory {
    at::Tensor inputs;       ///< x: [blocks, rows, width], as right operands in panels
    at::Tensor activations;  ///< s(D x + b): [blocks, rows, bottleneck]
    at::Tensor transposedActivations;  ///< the same as left operands of products over items: [blocks, bottleneck, rows]
    at::Tensor last;  ///< h of the last block: [1, rows, width], as a right operand in panels
    at::Tensor sums;  ///< D x + b, where s is GELU: float32 [blocks, rows, bottleneck]
};

/// What the backward pass needs of the forward pass.
struct ChainMemory {
    bool isBFloat16;
    std::vector<std::vector<Share>> shares;         ///< of each thread
    std::vector<std::vector<ShareMemory>> memories;  ///< of each share
};

/// The gradients of a chain.
struct ChainGradients {
    at::Tensor downWeights, downBiases, upWeights, upBiases;  ///< [blocks, ...] each
    at::Tensor gates;  ///< undefined without gates
    at::Tensor map;
    at::Tensor first, second;  ///< of the tables, where asked for
};

/// The sum over chains of M h of the last block: float32 [items, outputs]. `memory` is filled unless it is null.
at::Tensor chainsForward(const std::vector<Chain> &chains, bool inBFloat16, ChainMemory *memory);

/// Which tables' gradients are asked for; such tables have no `rows`.
struct TableGradients {
    bool ofFirst, ofSecond;
};

/// The gradients of each chain for that of the result.
std::vector<ChainGradients> chainsBackward(
    const std::vector<Chain> &chains, const ChainMemory &memory, const at::Tensor &output, const std::vector<TableGradients> &tables);

} // namespace ctorch
