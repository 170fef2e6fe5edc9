// Blocks of causal attention and feed-forward over packed histories, as one operation with its own backward pass. With dropout's
// factors m, for items e at positions p:
//   x = m LayerNorm(e + P_p), then for each block
//   a = LayerNorm(x + m O attention(Q x, K x, V x)); x' = LayerNorm(a + m (W_2 relu(W_1 a + b_1) + b_2))
//
// What a row needs is in its own history. So a few whole histories at a time go through all blocks on one thread: threads wait for
// each other only at the end, and what passes between layers stays in a core's cache.
//
// To be read in this order: History, Pieces, Rows (attention and norms), Forward, Backward, Operator.
#pragma once

#include "../Kernels/Fates.hpp"
#include "../Kernels/Products.hpp"
#include "../Kernels/Rows.hpp"

#include <optional>
#include <vector>

namespace ctorch::history {

/// Where histories of different lengths, whose rows stand one after the other without padding, have their rows and pairs; pairs are those
/// (i, j) of a history's rows with j <= i, row by row.
struct Histories {
    std::vector<int64_t> rows, pairs;  ///< where each history's start, and their number at the end
    int64_t longest = 0;

    /// `starts`: [histories + 1], ascending from 0 to the number of rows.
    explicit Histories(std::vector<int64_t> starts);

    int64_t count() const { return static_cast<int64_t>(rows.size()) - 1; }
    int64_t length(int64_t history) const { return rows[history + 1] - rows[history]; }
};

/// Some whole histories, which go through the blocks together.
struct Piece {
    int64_t begin, end;   ///< its histories
    int64_t row, rows;    ///< its first row and how many it has
    int64_t padded;       ///< rows of its matrices: some more, zeros, so that products come in few sizes
    int64_t pair, pairs;  ///< its first pair and how many it has
};

/// All rows in pieces, and these in parts of nearly equal work.
///
/// Parts follow from the rows alone: however many threads there are to take them, sums over rows are the same to the last bit.
struct Pieces {
    std::vector<Piece> all;
    std::vector<int64_t> parts;  ///< where each part's pieces start, and their number at the end

    explicit Pieces(const Histories &histories);

    int64_t partCount() const { return static_cast<int64_t>(parts.size()) - 1; }
    /// A piece of as many rows and pairs as the largest has.
    Piece largest() const;
};

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

/// What becomes of numbers by dropout, and where those of some histories stand among all that it is drawn for.
struct Dropout {
    Fates fates;
    int64_t rowsBefore, allRows, pairsBefore, allPairs;
};

/// Everything blocks compute with, but their input.
struct Blocks {
    const int64_t *positions;               ///< of the rows [rows]
    std::vector<const float *> parameters;  ///< the entry's, then those of each block in turn
    std::vector<int64_t> starts;            ///< where each parameter starts among the numbers of all, and how many there are at the end
    int64_t width, hidden, heads;
    float epsilon;

    int64_t count() const { return (static_cast<int64_t>(parameters.size()) - entryParameterCount) / parameterCount; }
    /// Where a block's parameter stands among all.
    static int64_t place(int64_t block, int64_t parameter) { return entryParameterCount + block * parameterCount + parameter; }
    const float *numbers(EntryParameter parameter) const { return parameters[parameter]; }
    const float *numbers(int64_t block, int64_t parameter) const { return parameters[place(block, parameter)]; }
    int64_t start(int64_t block, int64_t parameter) const { return starts[place(block, parameter)]; }
};

/// What the backward pass needs of a norm.
struct NormMemory {
    float *mask;     ///< what dropout made of ones, null without dropout [rows, width]
    float *normal;   ///< the norm before weight and bias [rows, width]
    float *inverse;  ///< 1 / sigma [rows]
};

/// What the backward pass needs of the forward pass, of one piece in one block. Rows are those of the piece, padded.
struct Activations {
    float *x;                 ///< the block's input [rows, width]
    float *sides;             ///< Q x, K x and V x side by side [rows, 3 width]
    float *probabilities;     ///< attention's [heads, pairs]
    float *pairMask;          ///< what dropout made of ones for them, null without dropout
    float *seen;              ///< attention's result [rows, width]
    NormMemory attendedNorm;  ///< the first norm's; its mask is for O seen
    float *attended;          ///< a [rows, width]
    float *rectified;         ///< relu(W_1 a + b_1) [rows, hidden]
    NormMemory norm;          ///< the second norm's; its mask is for W_2 rectified + b_2
};

/// The same of a piece in all blocks and in the entry, in memory that starts at `start`.
struct Memory {
    NormMemory entry;  ///< its mask is for the norm's result
    std::vector<Activations> blocks;
    int64_t bytes;  ///< how many there are, also where `start` is null

    Memory(const Blocks &blocks, const Piece &piece, bool isMasked, void *start);
};

/// What comes of items [rows, width], with dropout where there are fates. `memories` has the memory of each piece, which is filled, or nothing
/// where there is no backward pass.
///
/// Dropout has the fates of a tensor of ones in which those of rows [1 + 2 blocks, rows, width], in the order of their use, are followed
/// by those of probabilities [blocks, heads, pairs]; rows and pairs are those of all histories that dropout is drawn for.
void forward(
    const Blocks &blocks, const float *items, const Histories &histories, const Pieces &pieces, const std::optional<Dropout> &dropout,
    const std::vector<void *> &memories, float *result);

/// The gradients for that of the result: of the items, and of all parameters one after the other. `isMasked` is whether there was dropout.
void backward(
    const Blocks &blocks, const float *gradient, const Histories &histories, const Pieces &pieces, bool isMasked,
    const std::vector<void *> &memories, float *ofItems, float *ofParameters);

/// C = A B or C + A B, a tile at a time: kernels are made for every size, so there should be few.
void multiply(
    int64_t rows, int64_t columns, int64_t depth, const float *a, int64_t aStride, const float *b, int64_t bStride, float *c,
    int64_t cStride, bool adds = false);

/// Zeroes a matrix's rows from one on up to another.
inline void clear(float *matrix, int64_t width, int64_t from, int64_t to) {
    std::memset(matrix + from * width, 0, (to - from) * width * sizeof *matrix);
}

} // namespace ctorch::history
