// Blocks of causal attention and feed-forward over packed histories, as one operation with its own backward pass. With dropout's
// factors m, for items e at positions p:
//   x = m LayerNorm(e + P_p), then for each block
//   a = LayerNorm(x + m O attention(Q x, K x, V x)); x' = LayerNorm(a + m (W_2 relu(W_1 a + b_1) + b_2))
//
// What a row needs is in its own history. So a few whole histories at a time go through all blocks on one thread: threads wait for
// each other only at the end, and what passes between layers stays in a core's cache.
#pragma once

#include "../Kernels/Fates.hpp"
#include "Histories.hpp"
#include "Pieces.hpp"

#include <optional>

namespace ctorch::history {

/// What comes before the blocks' parameters.
enum EntryParameter : int64_t { position, entryNormWeight, entryNormBias, entryParameterCount };

/// A block's parameters, in the order in which the operator takes them.
enum Parameter : int64_t {
    query,
    key,
    value,
    output,
    attentionNormWeight,
    attentionNormBias,
    upWeight,
    upBias,
    downWeight,
    downBias,
    normWeight,
    normBias,
    parameterCount,
};

/// Everything blocks compute with, but their input.
struct Blocks {
    at::Tensor positions;                ///< of the rows, int64 [rows]
    std::vector<at::Tensor> parameters;  ///< the entry's, then those of each block in turn
    int64_t heads;
    float epsilon;

    int64_t count() const { return (static_cast<int64_t>(parameters.size()) - entryParameterCount) / parameterCount; }
    int64_t width() const { return parameters[position].size(1); }
    int64_t hidden() const { return parameters[place(0, upWeight)].size(0); }
    /// Where a block's parameter stands among all.
    static int64_t place(int64_t block, Parameter parameter) { return entryParameterCount + block * parameterCount + parameter; }
    const float *at(EntryParameter parameter) const { return parameters[parameter].const_data_ptr<float>(); }
    const float *at(int64_t block, Parameter parameter) const { return parameters[place(block, parameter)].const_data_ptr<float>(); }

    /// Stops what the kernels cannot do with items e.
    void check(const at::Tensor &items, const Histories &histories) const;
};

/// What the backward pass needs of the forward pass, of one piece in one block. Rows are those of the piece, padded.
struct Activations {
    float *x;                ///< the block's input [rows, width]
    float *sides;            ///< Q x, K x and V x side by side [rows, 3 width]
    float *seen;             ///< attention's result [rows, width]
    float *attendedNormal;   ///< the first norm's, before weight and bias [rows, width]
    float *attended;         ///< a [rows, width]
    float *rectified;        ///< relu(W_1 a + b_1) [rows, hidden]
    float *normal;           ///< the second norm's, before weight and bias [rows, width]
    float *attendedMask;     ///< what dropout made of ones before the first norm [rows, width]; without dropout there is no memory
    float *mask;             ///< the same before the second norm
    float *attendedInverse;  ///< 1 / sigma of the first norm [rows]
    float *inverse;          ///< 1 / sigma of the second norm [rows]
};

/// The same of the entry.
struct EntryActivations {
    float *normal;   ///< the norm's, before weight and bias [rows, width]
    float *mask;     ///< what dropout made of ones after the norm [rows, width]
    float *inverse;  ///< 1 / sigma [rows]
};

/// Memory for what the backward pass needs of some rows and pairs.
class Memory {
  public:
    Memory() = default;
    Memory(const Blocks &blocks, int64_t blockCount, int64_t rows, int64_t pairs, bool isMasked);

    bool isMasked() const { return isMasked_; }
    /// All of the memory.
    std::vector<at::Tensor *> tensors() { return {&entry_, &numbers_, &probabilities_, &pairMask_}; }
    /// Activations of the rows from `row` on.
    EntryActivations entry(int64_t row) const;
    Activations activations(int64_t block, int64_t row) const;
    /// Attention's probabilities of the pairs from `pair` on.
    float *probabilities(int64_t block, int64_t head, int64_t pair) const;
    /// What dropout made of ones for these; null without dropout.
    float *pairMask(int64_t block, int64_t head, int64_t pair) const;

  private:
    int64_t rows_ = 0, width_ = 0, hidden_ = 0;
    bool isMasked_ = false;
    at::Tensor entry_;                     // [all activations of all rows]
    at::Tensor numbers_;                   // [blocks, all activations of all rows]
    at::Tensor probabilities_, pairMask_;  // [blocks, heads, pairs]
};

/// What comes of items [rows, width], with dropout where there are fates. `memory` is filled unless it is null.
///
/// Dropout has the fates of a tensor of ones in which those of rows [1 + 2 blocks, rows, width], in the order of their use, are followed
/// by those of probabilities [blocks, heads, pairs].
at::Tensor blocksForward(
    const Blocks &blocks, const at::Tensor &items, const Histories &histories, const Pieces &pieces, const std::optional<Fates> &fates,
    Memory *memory);

/// The gradients for that of the result: of the items, then of the parameters.
std::vector<at::Tensor> blocksBackward(
    const Blocks &blocks, const at::Tensor &gradient, const Histories &histories, const Pieces &pieces, const Memory &memory);

} // namespace ctorch::history
