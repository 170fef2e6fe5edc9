// Which elements dropout zeroes: the fate of each follows from a seed and its place.
//
// LibTorch draws one number after the other from its generator, which takes longer than a small layer's products; here the generator
// gives a seed for a whole tensor, and every part of it can be computed by itself, again and on any thread.
#pragma once

#include <cstdint>

namespace ctorch {

class Fates {
  public:
    Fates(double probability, int64_t seed);
    /// With a seed from the default generator, so that the random state of a checkpoint decides what is dropped after it.
    static Fates drawn(double probability);

    /// y = what becomes of ones, of which the first is the tensor's at the place `first`.
    void drop(float *y, int64_t first, int64_t count) const;

  private:
    int64_t seed_;
    uint32_t bound_;
    float scale_;
};

} // namespace ctorch
