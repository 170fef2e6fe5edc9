// Products of rows and questions: exact ones, and float32 ones with a bound of their rounding.
#include "../Kernels/Rows.hpp"
#include "Search.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace ctorch::search {

namespace {

struct Doubles {
    using Lanes = double __attribute__((vector_size(64)));
    Lanes lanes;
};
struct EightFloats {
    using Lanes = float __attribute__((vector_size(32)));
    Lanes lanes;
};

CTORCH_VECTORISED Doubles doubles(const float *x) { return {__builtin_convertvector(read<EightFloats>(x).lanes, Doubles::Lanes)}; }

/// Sixteen sums, of the dimensions that leave the same rest by sixteen, which are then added up by halves.
CTORCH_VECTORISED double productLoop(const float *u, const float *v, int64_t width) {
    Doubles low{}, high{};
    int64_t d = 0;
    for (; d + 16 <= width; d += 16) {
        low.lanes += doubles(u + d).lanes * doubles(v + d).lanes;
        high.lanes += doubles(u + d + 8).lanes * doubles(v + d + 8).lanes;
    }
    if (d < width) {
        float restOfU[16] = {}, restOfV[16] = {};
        for (int64_t i = 0; i < width - d; ++i) restOfU[i] = u[d + i], restOfV[i] = v[d + i];
        low.lanes += doubles(restOfU).lanes * doubles(restOfV).lanes;
        high.lanes += doubles(restOfU + 8).lanes * doubles(restOfV + 8).lanes;
    }
    const Doubles::Lanes sums = low.lanes + high.lanes;
    return ((sums[0] + sums[4]) + (sums[2] + sums[6])) + ((sums[1] + sums[5]) + (sums[3] + sums[7]));
}

/// The sum of a vector's numbers, by halves.
CTORCH_VECTORISED float folded(Vector x) {
    using Eight = float __attribute__((vector_size(32)));
    using Four = float __attribute__((vector_size(16)));
    const Eight eight = __builtin_shufflevector(x.lanes, x.lanes, 0, 1, 2, 3, 4, 5, 6, 7) +
        __builtin_shufflevector(x.lanes, x.lanes, 8, 9, 10, 11, 12, 13, 14, 15);
    const Four four = __builtin_shufflevector(eight, eight, 0, 1, 2, 3) + __builtin_shufflevector(eight, eight, 4, 5, 6, 7);
    return (four[0] + four[2]) + (four[1] + four[3]);
}

/// out[row] = u · row + added, the lanes being dimensions: for few questions.
CTORCH_VECTORISED void alongWidth(const float *u, const float *rows, int64_t count, int64_t width, float added, float *out) {
    constexpr int64_t block = 4;
    int64_t row = 0;
    for (; row + block <= count; row += block) {
        const float *v = rows + row * width;
        Vector sums[block] = {};
        int64_t d = 0;
        for (; d + ctorch::lanes <= width; d += ctorch::lanes) {
            const Vector x = load(u + d);
#pragma clang loop unroll(full)
            for (int64_t i = 0; i < block; ++i) sums[i] = fused(x, load(v + i * width + d), sums[i]);
        }
        float total[block];
#pragma clang loop unroll(full)
        for (int64_t i = 0; i < block; ++i) total[i] = folded(sums[i]);
        for (; d < width; ++d)
            for (int64_t i = 0; i < block; ++i) total[i] += u[d] * v[i * width + d];
        for (int64_t i = 0; i < block; ++i) out[row + i] = total[i] + added;
    }
    for (; row < count; ++row) {
        const float *v = rows + row * width;
        Vector sums{};
        int64_t d = 0;
        for (; d + ctorch::lanes <= width; d += ctorch::lanes) sums = fused(load(u + d), load(v + d), sums);
        float total = folded(sums);
        for (; d < width; ++d) total += u[d] * v[d];
        out[row] = total + added;
    }
}

/// out[row, lane] = added[lane] + question of the lane · row: for many questions, columns [width, lanes].
CTORCH_VECTORISED void acrossQuestions(
    const float *columns, const float *rows, int64_t count, int64_t width, const float *added, float *out) {
    constexpr int64_t block = 8;
    int64_t row = 0;
    for (; row + block <= count; row += block) {
        const float *v = rows + row * width;
        Vector sums[block];
#pragma clang loop unroll(full)
        for (int64_t i = 0; i < block; ++i) sums[i] = load(added);
        for (int64_t d = 0; d < width; ++d) {
            const Vector x = load(columns + d * ctorch::lanes);
#pragma clang loop unroll(full)
            for (int64_t i = 0; i < block; ++i) sums[i] = fused(v[i * width + d], x, sums[i]);
        }
#pragma clang loop unroll(full)
        for (int64_t i = 0; i < block; ++i) store(out + (row + i) * ctorch::lanes, sums[i]);
    }
    for (; row < count; ++row) {
        const float *v = rows + row * width;
        Vector sums = load(added);
        for (int64_t d = 0; d < width; ++d) sums = fused(v[d], load(columns + d * ctorch::lanes), sums);
        store(out + row * ctorch::lanes, sums);
    }
}

} // namespace

double product(const float *u, const float *v, int64_t width) { return Vectorised<productLoop>::call(u, v, width); }

Products::Products(const std::vector<const float *> &questions, int64_t width) : width_(width), questions_(questions) {
    for (const float *u : questions) lengths_.push_back(std::sqrt(product(u, u, width)));
    const int64_t count = questions.size();
    if (count < fewest) return;
    columns_.resize(roundedUp(count, lanes) * width);
    for (int64_t i = 0; i < count; ++i)
        for (int64_t d = 0; d < width; ++d) columns_[(i / lanes * width + d) * lanes + i % lanes] = questions[i][d];
}

void Products::bound(const float *rows, int64_t count, float longest, float *bounds) const {
    const int64_t questions = questions_.size();
    // Rounding of `width` products and sums, of what is added to them, and of numbers too small for all their digits. In units of 2^-24 it
    // is n / (1 - n 2^-24) of n operations, which for 2^16 of them is n and half a percent.
    const auto error = [&](int64_t question) -> float {
        const double size = lengths_[question] * double(longest);
        if (!(size < largest)) return std::numeric_limits<float>::infinity();
        const double tiny = double(width_) * (1 + lengths_[question] + double(longest)) * 0x1p-126;
        return float((double(width_ + 16) * 0x1p-24 * size + tiny) * 1.01);
    };
    if (columns_.empty()) {
        for (int64_t i = 0; i < questions; ++i)
            Vectorised<alongWidth>::call(questions_[i], rows, count, width_, error(i), bounds + i * piece);
        return;
    }
    alignas(64) float products[piece * lanes] = {};
    for (int64_t start = 0; start < questions; start += lanes) {
        float added[lanes] = {};
        for (int64_t i = start; i < std::min(start + lanes, questions); ++i) added[i - start] = error(i);
        Vectorised<acrossQuestions>::call(columns_.data() + start * width_, rows, count, width_, added, products);
        rows::transpose(bounds + start * piece, piece, products, lanes, roundedUp(count, lanes), lanes);
    }
}

} // namespace ctorch::search
