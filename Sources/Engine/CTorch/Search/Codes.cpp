#include "Codes.hpp"

#include "../Vectorised.hpp"

#include <algorithm>

namespace ctorch::search {

namespace {

/// More than what products too small for float32 can lose.
constexpr float tiny = 1e-28f;

/// upper[row] = a b (c · q) + a |c| |ρ| + |r| |w| of a piece's rows.
CTORCH_VECTORISED void boundLoop(
    const int32_t *sums, const float *scales, const float *rests, const float *lengths, int64_t count, float scale, float length,
    float rest, float *upper) {
    for (int64_t i = 0; i < count; ++i)
        upper[i] = (scales[i] * scale) * float(sums[i]) + (rests[i] * length + lengths[i] * rest + tiny);
}

} // namespace

CodedQuestion::CodedQuestion(const float *u, const CTorchSearchRows &rows) : codes(roundedUp(rows.width, quad)) {
    std::vector<double> weights(rows.width);
    double largest = 0, squares = 0, rests = 0;
    start = 0;
    for (int64_t d = 0; d < rows.width; ++d) {
        start += double(u[d]) * rows.means[d];
        weights[d] = double(u[d]) * rows.deviations[d];
        largest = std::max(largest, std::abs(weights[d]));
        squares += weights[d] * weights[d];
    }
    const double step = largest > 0 ? largest / 63 : 1;
    offset = 0;
    for (int64_t d = 0; d < rows.width; ++d) {
        codes[d] = int8_t(std::lround(std::clamp(weights[d] / step, -63.0, 63.0)));
        offset -= 128 * codes[d];
        // As float32, in which the bounds are computed, has the step.
        const double left = weights[d] - double(float(step)) * codes[d];
        rests += left * left;
    }
    scale = float(step);
    length = floatAbove(std::sqrt(squares) * (1 + 1e-6));
    // What float32 operations lose is less than a millionth of |a c| |b q|, and |b q| at most |w| + |ρ|.
    rest = floatAbove(std::sqrt(rests) * (1 + 4e-6) + std::sqrt(squares) * 2e-6);
    isFinite = std::isfinite(start) && squares < 1e36 && (squares == 0 || squares > 1e-36);
}

void boundByCodes(
    const CTorchSearchBlock &block, int64_t first, int64_t count, int64_t width, const std::vector<CodedQuestion> &questions,
    float *bounds) {
    const int64_t groups = (count + group - 1) / group, quads = roundedUp(width, quad) / quad;
    const int64_t rows = roundedUp(block.rows, group);
    alignas(64) int32_t sums[8 * piece];
    for (int64_t question = 0; question < int64_t(questions.size()); question += 8) {
        const int64_t here = std::min<int64_t>(8, questions.size() - question);
        const int8_t *codes[8];
        int32_t offsets[8];
        for (int64_t i = 0; i < here; ++i) {
            codes[i] = questions[question + i].codes.data();
            offsets[i] = questions[question + i].offset;
        }
        sumCodes(block.codes + first / group * groupBytes(width), groups, quads, codes, offsets, here, sums, piece);
        for (int64_t i = 0; i < here; ++i) {
            const auto &asked = questions[question + i];
            const float *scales = block.scales + first;
            Vectorised<boundLoop>::call(
                sums + i * piece, scales, scales + rows, scales + 2 * rows, count, asked.scale, asked.length, asked.rest,
                bounds + (question + i) * piece);
        }
    }
}

namespace {

/// The codes of a row, its scale, and the lengths of what they leave out and of what they stand for. turned and whole: [width].
CTORCH_VECTORISED void encode(
    const float *v, const float *means, const double *inverses, int64_t width, double *turned, int32_t *whole, float *scale, float *rest,
    float *length) {
#pragma clang fp reassociate(on)
    constexpr int64_t lanes = 8;
    double maxima[lanes] = {};
    int64_t d = 0;
    for (; d + lanes <= width; d += lanes)
        for (int64_t i = 0; i < lanes; ++i) {
            turned[d + i] = (double(v[d + i]) - means[d + i]) * inverses[d + i];
            const double size = std::abs(turned[d + i]);
            maxima[i] = maxima[i] < size ? size : maxima[i];
        }
    for (; d < width; ++d) {
        turned[d] = (double(v[d]) - means[d]) * inverses[d];
        maxima[0] = std::max(maxima[0], std::abs(turned[d]));
    }
    const double largest = *std::max_element(maxima, maxima + lanes);
    const float step = largest > 0 ? floatAbove(largest / 127) : 1;
    const double inverse = 1 / double(step);
    double rests = 0, squares = 0;
    for (d = 0; d < width; ++d) {
        const double code = std::nearbyint(turned[d] * inverse);
        const double left = turned[d] - step * code;
        rests += left * left;
        squares += code * code;
        whole[d] = int32_t(code);
    }
    *scale = step;
    // The last term is for the rounding of `turned`.
    *rest = floatAbove(std::sqrt(rests) * (1 + 1e-6) + std::sqrt(squares) * step * 1e-12);
    *length = floatAbove(std::sqrt(squares) * step * (1 + 1e-6));
}

} // namespace

} // namespace ctorch::search

bool ctorch_search_codes(
    const float *vectors, int64_t rows, int64_t width, const float *means, const float *deviations, uint8_t *codes, float *scales) {
    using namespace ctorch::search;
    const int64_t all = ctorch::roundedUp(rows, group), groups = all / group, bytes = groupBytes(width);
    std::vector<double> inverses(width);
    for (int64_t d = 0; d < width; ++d) inverses[d] = 1 / double(deviations[d]);
    ctorch::inParallel((groups + 63) / 64, [&](int64_t part) {
        std::vector<double> turned(width);
        std::vector<int32_t> whole(width);
        for (int64_t i = part * 64; i < std::min(groups, part * 64 + 64); ++i) {
            uint8_t *mine = codes + i * bytes;
            // 128 stands for zero, where there is no dimension and no row.
            std::fill_n(mine, bytes, uint8_t(128));
            for (int64_t row = i * group; row < (i + 1) * group; ++row) {
                float *scale = scales + row;
                scale[0] = scale[all] = scale[2 * all] = 0;
                if (row >= rows) continue;
                ctorch::Vectorised<encode>::call(
                    vectors + row * width, means, inverses.data(), width, turned.data(), whole.data(), scale, scale + all, scale + 2 * all);
                uint8_t *out = mine + row % group * quad;
                for (int64_t d = 0; d < width; ++d) out[d / quad * (quad * group) + d % quad] = uint8_t(whole[d] + 128);
            }
        }
    });
    return true;
}
