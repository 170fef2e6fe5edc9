// Blocks of causal attention and feed-forward over packed histories, as one operation with its own backward pass. With dropout's
// factors m, for items e at positions p:
//   x = m LayerNorm(e + P_p), then for each block
//   a = LayerNorm(x + m O attention(Q x, K x, V x)); x' = LayerNorm(a + m (W_2 relu(W_1 a + b_1) + b_2))
//
// What a row needs is in its own history. So a few whole histories at a time go through all blocks on one thread: threads wait for
// each other only at the end, and what passes between layers stays in a core's cache.
#pragma once

#include "../Kernels/Fates.hpp"
#include "../Kernels/Products.hpp"
#include "Pieces.hpp"

#include <algorithm>
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
    const int64_t *positions;               ///< of the rows [rows]
    std::vector<const float *> parameters;  ///< the entry's, then those of each block in turn
    int64_t width, hidden, heads;
    float epsilon;

    int64_t count() const { return (static_cast<int64_t>(parameters.size()) - entryParameterCount) / parameterCount; }
    /// Where a block's parameter stands among all.
    static int64_t place(int64_t block, Parameter parameter) { return entryParameterCount + block * parameterCount + parameter; }
    const float *at(EntryParameter parameter) const { return parameters[parameter]; }
    const float *at(int64_t block, Parameter parameter) const { return parameters[place(block, parameter)]; }
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

/// Where what the backward pass needs of some rows and pairs is.
class Memory {
  public:
    Memory(const Blocks &blocks, int64_t blockCount, int64_t rows, int64_t pairs, bool isMasked);

    /// How many numbers there are, and memory for them.
    int64_t size() const { return (masked(1) ? pairMasks_ : probabilities_) + blockCount_ * heads_ * pairs_; }
    Memory at(float *numbers) const;

    bool isMasked() const { return isMasked_; }
    /// Activations of the rows from `row` on.
    EntryActivations entry(int64_t row) const;
    Activations activations(int64_t block, int64_t row) const;
    /// Attention's probabilities of the pairs from `pair` on.
    float *probabilities(int64_t block, int64_t head, int64_t pair) const {
        return numbers_ + probabilities_ + (block * heads_ + head) * pairs_ + pair;
    }
    /// What dropout made of ones for these; null without dropout.
    float *pairMask(int64_t block, int64_t head, int64_t pair) const {
        return isMasked_ ? numbers_ + pairMasks_ + (block * heads_ + head) * pairs_ + pair : nullptr;
    }

  private:
    int64_t masked(int64_t count) const { return isMasked_ ? count : 0; }

    int64_t blockCount_, rows_, pairs_, width_, hidden_, heads_;
    bool isMasked_;
    int64_t ofEntry_, ofBlock_;           // numbers for the rows of the entry and of a block
    int64_t probabilities_, pairMasks_;   // where these start
    float *numbers_ = nullptr;
};

/// What comes of items [rows, width], with dropout where there are fates. `memory` is filled, for all pieces, unless it is null.
///
/// Dropout has the fates of a tensor of ones in which those of rows [1 + 2 blocks, rows, width], in the order of their use, are followed
/// by those of probabilities [blocks, heads, pairs].
void forward(
    const Blocks &blocks, const float *items, const Histories &histories, const Pieces &pieces, const std::optional<Fates> &fates,
    const Memory *memory, float *result);

/// The gradients for that of the result: of the items, and `sums` for each parameter, of `sizes` numbers.
void backward(
    const Blocks &blocks, const float *gradient, const Histories &histories, const Pieces &pieces, const Memory &memory, float *ofItems,
    const std::vector<float *> &sums, const std::vector<int64_t> &sizes);

/// C = A B or C + A B, a tile at a time: kernels are made for every size, so there should be few.
inline void multiply(
    int64_t rows, int64_t columns, int64_t depth, const float *a, int64_t aStride, const float *b, int64_t bStride, float *c,
    int64_t cStride, bool adds = false) {
    constexpr int64_t tileRows = 64, tileColumns = 256, tileDepth = 256;
    for (int64_t start = 0; start < depth; start += tileDepth)
        for (int64_t row = 0; row < rows; row += tileRows)
            for (int64_t column = 0; column < columns; column += tileColumns)
                product(
                    std::min(tileRows, rows - row), std::min(tileColumns, columns - column), std::min(tileDepth, depth - start),
                    a + row * aStride + start, aStride, b + start * bStride + column, bStride, c + row * cStride + column, cStride,
                    adds || start > 0);
}

/// Zeroes a matrix's rows from one on up to another.
inline void clear(float *matrix, int64_t width, int64_t from, int64_t to) {
    std::memset(matrix + from * width, 0, (to - from) * width * sizeof *matrix);
}

} // namespace ctorch::history
