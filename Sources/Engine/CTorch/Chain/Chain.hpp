// Chains of residual blocks with bottlenecks over rows of tables, side by side, with their gradients.
//
// With h_0 = 0, for block k and an item:
//   one table:   x_k = g_k A_k + (1 - g_k) h_{k-1}            without gates: x_k = A_k + h_{k-1}
//   two tables:  x_k = h_{k-1} + g_k A_k + (1 - g_k) B_k      without gates: x_k = h_{k-1} + A_k + B_k
//   h_k = x_k + U_k s(D_k x_k + b_k) + c_k
// where A_k and B_k are rows of the tables' layers, shifted and scaled as they are read where that is asked for, and
// g_k = sigmoid(theta_k / temperature). The result is the sum over chains of M h of the last block.
//
// Beside its arithmetic such a chain is mostly traffic to memory. So a thread takes a share of the items through all blocks of a chain, a
// tile at a time, and what passes between blocks and the sums that become weights' gradients stay in a core's cache. Sums and h are
// float32, the operands of products float32 or bfloat16.
//
// To be read in this order: Chain, Crossing (from one block to the next), Walk (shares, tiles, weights), Forward, Backward, Operator.
#pragma once

#include "../Kernels/Products.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace ctorch::chain {

enum class StateType { float32, float16, bfloat16 };

/// Where a chain reads from: a layer of a row of states for each item and block.
struct Table {
    std::vector<const char *> rows;  ///< where each item's row starts, the last one's more than once: see `Share`; none for no table
    std::vector<int64_t> layers;     ///< the layer that each block reads
    int64_t items = 0, layerCount = 0, layerBytes = 0, numberBytes = 0;
    StateType type = StateType::float32;
    /// A state x is read as (x - mean) scale, where these are there: [blocks, width] each.
    const float *means = nullptr, *scales = nullptr;
    bool isInput = false;  ///< whether it is an input of the operation, which may have a gradient: a table of the items themselves

    bool isThere() const { return numberBytes > 0; }
};

/// One block's parameters, or their gradients.
template <typename Pointer> struct BlockOf {
    Pointer down;      ///< D [bottleneck, width]
    Pointer downBias;  ///< b [bottleneck]
    Pointer up;        ///< U [width, bottleneck]
    Pointer upBias;    ///< c [width]
};
using Block = BlockOf<const float *>;
using BlockGradients = BlockOf<float *>;

/// A gate that lets in less than this of a table: the gradient is then computed from the states themselves.
inline constexpr float closedGate = 0.0625;

/// Everything a chain computes with.
struct Chain {
    int64_t items, width, bottleneck, outputs;  ///< all but the items multiples of 32
    Table first, second;                        ///< there is no second one for a chain over one table
    std::vector<Block> blocks;
    const float *map;    ///< M [outputs, width]
    const float *gates;  ///< theta [blocks], or null
    double temperature;
    bool isGELU;  ///< whether s is GELU, or else ReLU

    int64_t count() const { return static_cast<int64_t>(blocks.size()); }
    bool hasTwo() const { return second.isThere(); }
    /// Whether the gradient of a gate over one table needs the table's states; see gateGradients.
    bool isClosed(int64_t block) const;

    /// How many numbers M and all blocks' parameters are.
    int64_t parameterSize() const { return outputs * width + count() * blockSize(); }
    /// Where a block's gradients are among those of M and all blocks, which follow each other.
    BlockGradients gradients(float *all, int64_t block) const {
        float *down = all + outputs * width + block * blockSize(), *downBias = down + bottleneck * width, *up = downBias + bottleneck;
        return {down, downBias, up, up + width * bottleneck};
    }

  private:
    int64_t blockSize() const { return 2 * bottleneck * width + bottleneck + width; }
};

/// The factors of x = p h + q A + s B.
struct Factors {
    float p = 1, q = 1, s = 1;

    static Factors of(const Chain &chain, int64_t block) {
        if (!chain.gates) return {};
        const float gate = 1 / (1 + std::exp(-chain.gates[block] / static_cast<float>(chain.temperature)));
        return chain.hasTwo() ? Factors{1, gate, 1 - gate} : Factors{1 - gate, gate, 0};
    }
};

inline bool Chain::isClosed(int64_t block) const { return gates && !hasTwo() && Factors::of(*this, block).q < closedGate; }

/// Some items of a chain, which one thread takes back through all blocks.
///
/// Shares follow from the number of items alone, and each has sums of its own for the gradients, which are added up in the shares' order:
/// however many threads there are, the sums are the same to the last bit.
struct Share {
    int64_t begin, count;
    int64_t rows;  ///< in memory, a multiple of 32, so that few sizes of products occur: the last item stands there more than once
};
inline std::vector<Share> sharesOf(int64_t items) {
    // Each share has memory of its own for gradients, which takes time to add up, so there are not many. Fewer items than two shares', if they
    // are not few, are two shares all the same: the work of several chains can then be shared out evenly.
    constexpr int64_t leastShare = 256, mostShares = 16, leastOfTwo = 128, rowMultiple = 32;
    const int64_t count = std::clamp<int64_t>(items / leastShare, items < leastOfTwo ? 1 : 2, mostShares);
    const int64_t length = roundedUp((items + count - 1) / count, rowMultiple);
    std::vector<Share> shares;
    for (int64_t begin = 0; begin < items; begin += length) {
        const int64_t own = std::min(length, items - begin);
        shares.push_back({begin, own, roundedUp(own, rowMultiple)});
    }
    return shares;
}

/// What the backward pass of a share needs of its forward pass, in memory that starts at `start`, a line of the cache. Right operands are in
/// panels: see `Walk`.
template <typename Number> struct Memory {
    Number *inputs;                 ///< x of each block, and h of the last one: [blocks + 1, rows, width], as right operands
    Number *activations;            ///< s(D x + b): [blocks, rows, bottleneck]
    Number *transposedActivations;  ///< the same as left operands of products over items: [blocks, bottleneck, rows]
    float *sums;                    ///< D x + b, where s is GELU: [blocks, rows, bottleneck]
    int64_t bytes;                  ///< how many there are, also where `start` is null

    Memory(const Chain &chain, const Share &share, void *start) {
        Cut cut{static_cast<char *>(start)};
        const int64_t blocks = chain.count(), inner = blocks * share.rows * chain.bottleneck;
        inputs = cut.take<Number>((blocks + 1) * share.rows * chain.width);
        activations = cut.take<Number>(inner);
        transposedActivations = cut.take<Number>(inner);
        sums = chain.isGELU ? cut.take<float>(inner) : nullptr;
        bytes = cut.bytes;
    }
};

/// Where a chain's gradients go.
struct Gradients {
    float *parameters;      ///< of M and all blocks' parameters: see `Chain::gradients`
    float *gates;           ///< of theta: [blocks]
    float *first, *second;  ///< of the tables, where asked for: [items, layers, width]; zeros before
};

/// The sum over chains of M h of the last block: `output` [items, outputs]. `memories` has the memory of the first chain's shares, then of
/// the next one's, or nothing where there is no backward pass.
void forward(const std::vector<Chain> &chains, bool inBFloat16, const std::vector<void *> &memories, float *output);

/// The gradients of each chain for that of the result, `output` [items, outputs].
void backward(
    const std::vector<Chain> &chains, bool inBFloat16, const std::vector<void *> &memories, const float *output,
    const std::vector<Gradients> &gradients);

} // namespace ctorch::chain
