// Weights in the order of the products that read them.
#pragma once

#include "ChainParts.hpp"

namespace ctorch::chain {

/// One kind of weights of all blocks as right operands, brought into this order when they are asked for.
template <typename Number> class PackedWeights {
  public:
    /// - keepsAll: whether each block has its own place; otherwise the blocks take turns, and what is read is still in the cache.
    PackedWeights(const std::vector<at::Tensor> &weights, bool isTransposed, bool keepsAll)
        : weights_(weights), isTransposed_(isTransposed), held_(keepsAll ? weights.size() : 1, -1) {
        if (isReadInPlace()) return;
        const int64_t size = weights[0].numel();
        numbers_ = buffer({static_cast<int64_t>(held_.size()), size}, Operand<Number>::type);
        scratch_ = buffer({isTransposed ? size : 2 * weights[0].size(1)}, at::kBFloat16);
    }

    const Number *operator()(int64_t block) {
        const at::Tensor &weight = weights_[block];
        if constexpr (Operand<Number>::group == 1)
            if (isReadInPlace()) return weight.const_data_ptr<float>();
        const size_t place = held_.size() > 1 ? block : 0;
        Number *numbers = data<Number>(numbers_) + place * weight.numel();
        if (held_[place] == block) return numbers;
        held_[place] = block;
        const float *source = weight.const_data_ptr<float>();
        at::BFloat16 *scratch = data<at::BFloat16>(scratch_);
        if (isTransposed_) packTransposed(numbers, source, weight.size(0), weight.size(1), scratch);
        else if constexpr (Operand<Number>::group == 2) pack(numbers, source, weight.size(1), weight.size(0), scratch);
        return numbers;
    }

    /// Asks for one of `parts` parts of a block's weights, unless they are in order already.
    void askFor(int64_t block, int64_t part, int64_t parts) const {
        if (block < 0 || block >= static_cast<int64_t>(weights_.size()) || held_[held_.size() > 1 ? block : 0] == block) return;
        const int64_t bytes = weights_[block].numel() * sizeof(float), length = roundedUp((bytes + parts - 1) / parts, 64);
        const int64_t begin = part * length;
        ask(static_cast<const char *>(weights_[block].const_data_ptr()) + begin, std::min(length, bytes - begin));
    }

  private:
    bool isReadInPlace() const { return Operand<Number>::group == 1 && !isTransposed_; }

    const std::vector<at::Tensor> &weights_;
    const bool isTransposed_;
    std::vector<int64_t> held_;  // the block in each place
    at::Tensor numbers_, scratch_;
};

} // namespace ctorch::chain
