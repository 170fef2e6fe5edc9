#include "Blocks.hpp"

namespace ctorch::history {

Memory::Memory(const Blocks &blocks, int64_t blockCount, int64_t rows, int64_t pairs, bool isMasked)
    : blockCount_(blockCount), rows_(rows), pairs_(pairs), width_(blocks.width), hidden_(blocks.hidden), heads_(blocks.heads),
      isMasked_(isMasked) {
    ofEntry_ = roundedUp(rows * (width_ + masked(width_) + 1), 16);
    ofBlock_ = roundedUp(rows * (8 * width_ + masked(2 * width_) + hidden_ + 2), 16);
    probabilities_ = ofEntry_ + blockCount * ofBlock_;
    pairMasks_ = probabilities_ + blockCount * heads_ * pairs;
}

Memory Memory::at(float *numbers) const {
    Memory other = *this;
    other.numbers_ = numbers;
    return other;
}

EntryActivations Memory::entry(int64_t row) const {
    float *normal = numbers_, *mask = normal + rows_ * width_, *inverse = mask + masked(rows_ * width_);
    return {normal + row * width_, isMasked_ ? mask + row * width_ : nullptr, inverse + row};
}

Activations Memory::activations(int64_t block, int64_t row) const {
    float *next = numbers_ + ofEntry_ + block * ofBlock_;
    const auto take = [&](int64_t columns) {
        float *matrix = next;
        next += rows_ * columns;
        return matrix + row * columns;
    };
    // In the order of the members.
    return {take(width_), take(3 * width_), take(width_),         take(width_),         take(width_), take(hidden_),
            take(width_), take(masked(width_)), take(masked(width_)), take(1), take(1)};
}

} // namespace ctorch::history
