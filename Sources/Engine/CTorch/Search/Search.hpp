// Exact search: the rows with the greatest inner products, found through bounds that cost less than the products themselves.
//
// The score of a row v for a question u is Σ_d u_d v_d in double precision, summed in one order, plus the question's term of that row. The
// product of two float32 is exact in double precision, so that every processor comes to the same bits, with fused operations or without.
//
// Nobody computes that for all rows. A first pass gives an upper bound of each row's score, from float32 products with a bound of their
// rounding, or from 8-bit codes with a bound of what the codes leave out. Only rows whose bound reaches the score of the k-th best so far
// are scored: the result is that of scoring all of them.
#pragma once

#include "../Machine.hpp"
#include "../include/CTorch.h"

#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

namespace ctorch::search {

/// Rows whose bounds are computed before any of them is looked at.
constexpr int64_t piece = CTORCH_SEARCH_PIECE;
/// Rows whose codes stand side by side.
constexpr int64_t group = CTORCH_SEARCH_GROUP;
/// Dimensions whose codes stand side by side.
constexpr int64_t quad = 4;

static_assert(piece % group == 0);

/// Bytes of the codes of a group of rows.
constexpr int64_t groupBytes(int64_t width) { return roundedUp(width, quad) * group; }

/// Σ_d u_d v_d in double precision.
double product(const float *u, const float *v, int64_t width);

/// The least float32 that is not below a number.
inline float floatAbove(double x) {
    const float y = float(x);
    return y < x ? std::nextafter(y, std::numeric_limits<float>::infinity()) : y;
}

// MARK: Bounds from float32 products

/// Questions as the float32 pass reads them.
struct Products {
    Products(const std::vector<const float *> &questions, int64_t width);

    /// Upper bounds of the scores, without terms, of up to `piece` rows for each question.
    ///
    /// bounds: [questions rounded up to `lanes`, piece]; `longest` is no less than the length of any of the rows.
    void bound(const float *rows, int64_t count, float longest, float *bounds) const;

    /// Questions side by side in a pass whose lanes are questions.
    static constexpr int64_t lanes = 16;

  private:
    /// Where the question's bounds are infinite, since products of this size could overflow.
    static constexpr double largest = 1e37;
    /// How many questions make a pass whose lanes are questions worth it.
    static constexpr int64_t fewest = 6;

    int64_t width_;
    std::vector<const float *> questions_;
    std::vector<double> lengths_;
    /// With many questions: [questions / lanes, width, lanes], zeros where there are none.
    std::vector<float> columns_;
};

// MARK: Bounds from codes

/// A question as the pass over codes reads it.
///
/// A row is v_d = m_d + σ_d (a c_d + r_d) with the catalogue's means m and deviations σ, codes c of 8 bits, a scale a and a rest r of its
/// own; a question's weights are w_d = u_d σ_d = b q_d + ρ_d with codes q of 7 bits. Then
///     u · v = u · m + a b c · q + a c · ρ + w · r  <=  u · m + a b c · q + |ρ| a |c| + |w| |r|.
struct CodedQuestion {
    CodedQuestion(const float *u, const CTorchSearchRows &rows);

    /// u · m.
    double start;
    /// b, |ρ| and |w|, the lengths rounded up and with what float32 operations on the bounds can lose.
    float scale, rest, length;
    /// q [width, rounded up to quads].
    std::vector<int8_t> codes;
    /// -128 Σ q: what the offset of the rows' codes adds.
    int32_t offset;
    /// Whether all of this is finite; no bound is known otherwise.
    bool isFinite;
};

/// Upper bounds of u · (v - m), without terms, of up to `piece` rows from the one `first`, a multiple of `group`: bounds [questions, piece].
void boundByCodes(
    const CTorchSearchBlock &block, int64_t first, int64_t count, int64_t width, const std::vector<CodedQuestion> &questions,
    float *bounds);

// MARK: The best

/// A row and its score.
struct Scored {
    double score;
    int32_t row;

    /// Whether this one comes first: ties go to the smaller row.
    bool operator<(const Scored &other) const { return score > other.score || (score == other.score && row < other.row); }
};

/// The first `capacity` of all that were added, in a heap with the last of them on top.
class Best {
  public:
    explicit Best(int64_t capacity) : capacity_(capacity) {}
    int64_t capacity() const { return capacity_; }
    bool isFull() const { return int64_t(rows_.size()) == capacity_; }
    /// The score that a row must reach.
    double least() const;
    void add(Scored row);
    const std::vector<Scored> &rows() const { return rows_; }

  private:
    int64_t capacity_;
    std::vector<Scored> rows_;
};

} // namespace ctorch::search
