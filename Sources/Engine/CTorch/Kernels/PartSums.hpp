// Sums that the parts of some work, which go to whatever threads there are, make each for itself. They are added up in the parts' order: the
// same to the last bit however many threads there are.
#pragma once

#include "Rows.hpp"

#include <algorithm>

namespace ctorch {

class PartSums {
  public:
    /// - total: where the sums are in the end; until then it has the first part's.
    /// - size: how many numbers, a multiple of 16.
    PartSums(float *total, int64_t size, int64_t parts)
        : total_(total), size_(size), parts_(parts), others_(std::max<int64_t>(0, parts - 1) * size) {}

    float *of(int64_t part) const { return part == 0 ? total_ : others_ + (part - 1) * size_; }

    void addUp() const {
        constexpr int64_t length = 1 << 14;
        if (parts_ == 0) std::memset(total_, 0, size_ * sizeof(float));
        inParallel((size_ + length - 1) / length, [&](int64_t piece) {
            const int64_t start = piece * length;
            for (int64_t part = 1; part < parts_; ++part) rows::add(total_ + start, of(part) + start, std::min(length, size_ - start));
        });
    }

  private:
    float *total_;
    int64_t size_, parts_;
    Buffer<float> others_;
};

} // namespace ctorch
