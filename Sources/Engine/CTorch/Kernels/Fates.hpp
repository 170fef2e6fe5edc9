// Which elements dropout zeroes: the fate of each follows from a seed and its place.
//
// LibTorch draws one number after the other from its generator, which takes longer than a small layer's products; here the generator
// gives a seed for a whole tensor, and every part of it can be computed by itself, again and on any thread.
#pragma once

#include "../Vectorised.hpp"

#include <algorithm>

namespace ctorch {

/// A mixing of 32 bits in which every input bit changes every output bit with nearly even chances.
inline uint32_t mixed(uint32_t x) {
    x = (x ^ (x >> 16)) * 0x7feb352du;
    x = (x ^ (x >> 15)) * 0x846ca68bu;
    return x ^ (x >> 16);
}

/// An element's bits decide: below the bound it is dropped.
CTORCH_VECTORISED void dropLoop(float *y, int64_t count, uint32_t first, uint32_t low, uint32_t high, uint32_t bound, float scale) {
    for (int64_t i = 0; i < count; ++i)
        y[i] = mixed(mixed((first + static_cast<uint32_t>(i)) ^ low) + high) >= bound ? scale : 0;
}

class Fates {
  public:
    Fates(double probability, uint64_t seed)
        : seed_(seed), bound_(static_cast<uint32_t>(std::min(probability * 4294967296.0, 4294967295.0))),
          scale_(static_cast<float>(1 / (1 - probability))) {}
    /// With a seed from the default generator, so that the random state of a checkpoint decides what is dropped after it.
    static Fates drawn(double probability);

    /// y = what becomes of ones, of which the first is the tensor's at the place `first`.
    void drop(float *y, int64_t first, int64_t count) const {
        // Places beyond four thousand million share their low halves, and the high ones tell them apart.
        constexpr int64_t piece = int64_t{1} << 32;
        for (int64_t start = first; start < first + count;) {
            const int64_t length = std::min(first + count, (start / piece + 1) * piece) - start;
            Vectorised<dropLoop>::call(
                y + start - first, length, static_cast<uint32_t>(start), static_cast<uint32_t>(seed_),
                static_cast<uint32_t>(seed_ >> 32) + static_cast<uint32_t>(start >> 32), bound_, scale_);
            start += length;
        }
    }

  private:
    uint64_t seed_;
    uint32_t bound_;
    float scale_;
};

} // namespace ctorch
