#include "Fates.hpp"

#include "../Vectorised.hpp"

#include <ATen/CPUGeneratorImpl.h>

#include <algorithm>

namespace ctorch {

namespace {

/// A mixing of 32 bits in which every input bit changes every output bit with nearly even chances.
inline uint32_t mixed(uint32_t x) {
    x = (x ^ (x >> 16)) * 0x7feb352du;
    x = (x ^ (x >> 15)) * 0x846ca68bu;
    return x ^ (x >> 16);
}

/// An element's bits decide: below the bound it is dropped.
inline uint32_t bitsOf(uint32_t place, uint32_t low, uint32_t high) { return mixed(mixed(place ^ low) + high); }

CTORCH_VECTORISED void dropSome(
    float *__restrict y, const float *__restrict x, int64_t count, uint32_t first, uint32_t low, uint32_t high, uint32_t bound,
    float scale) {
    for (int64_t i = 0; i < count; ++i)
        y[i] = bitsOf(first + static_cast<uint32_t>(i), low, high) >= bound ? x[i] * scale : 0;
}

CTORCH_VECTORISED void dropSomeOnes(
    float *__restrict y, int64_t count, uint32_t first, uint32_t low, uint32_t high, uint32_t bound, float scale) {
    for (int64_t i = 0; i < count; ++i) y[i] = bitsOf(first + static_cast<uint32_t>(i), low, high) >= bound ? scale : 0;
}

/// Calls body(offset, count, first, low, high) for pieces within which the places' high halves are the same: places beyond four
/// thousand million share their low halves, and the high ones tell them apart.
template <typename Body> void forEachPiece(int64_t seed, int64_t first, int64_t count, const Body &body) {
    const auto bits = static_cast<uint64_t>(seed);
    constexpr int64_t piece = int64_t{1} << 32;
    for (int64_t start = first; start < first + count;) {
        const int64_t end = std::min(first + count, (start / piece + 1) * piece);
        body(
            start - first, end - start, static_cast<uint32_t>(start), static_cast<uint32_t>(bits),
            static_cast<uint32_t>(bits >> 32) + static_cast<uint32_t>(start >> 32));
        start = end;
    }
}

} // namespace

Fates::Fates(double probability, int64_t seed)
    : seed_(seed), bound_(static_cast<uint32_t>(std::min(probability * 4294967296.0, 4294967295.0))),
      scale_(static_cast<float>(1 / (1 - probability))) {}

Fates Fates::drawn(double probability) {
    auto generator = at::detail::getDefaultCPUGenerator();
    std::lock_guard<std::mutex> lock(generator.mutex());
    return {probability, static_cast<int64_t>(at::check_generator<at::CPUGeneratorImpl>(generator)->random64())};
}

void Fates::drop(float *y, const float *x, int64_t first, int64_t count) const {
    forEachPiece(seed_, first, count, [&](int64_t offset, int64_t length, uint32_t place, uint32_t low, uint32_t high) {
        Vectorised<dropSome>::call(y + offset, x + offset, length, place, low, high, bound_, scale_);
    });
}

void Fates::dropOnes(float *y, int64_t first, int64_t count) const {
    forEachPiece(seed_, first, count, [&](int64_t offset, int64_t length, uint32_t place, uint32_t low, uint32_t high) {
        Vectorised<dropSomeOnes>::call(y + offset, length, place, low, high, bound_, scale_);
    });
}

} // namespace ctorch
