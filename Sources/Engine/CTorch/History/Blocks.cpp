#include "Blocks.hpp"

#include <ATen/ops/empty.h>

namespace ctorch::history {

std::array<std::vector<int64_t>, parameterCount> Blocks::shapes() const {
    const int64_t width = this->width(), hidden = this->hidden();
    const std::vector<int64_t> square{width, width}, row{width};
    return {square, square, square, square, row, row, {hidden, width}, {hidden}, {width, hidden}, row, row, row};
}

void Blocks::check(const at::Tensor &x, const Histories &histories) const {
    const auto isOurs = [](const at::Tensor &tensor, at::IntArrayRef sizes) {
        return tensor.sizes() == sizes && tensor.scalar_type() == at::kFloat && tensor.is_contiguous() && tensor.is_cpu();
    };
    TORCH_CHECK(
        !parameters.empty() && parameters.size() % parameterCount == 0, parameters.size(), " parameters, expected ",
        static_cast<int64_t>(parameterCount), " for each block");
    TORCH_CHECK(parameters[query].dim() == 2 && parameters[upWeight].dim() == 2, "weights that are not matrices");
    const auto shapes = this->shapes();
    for (size_t i = 0; i < parameters.size(); ++i)
        TORCH_CHECK(
            isOurs(parameters[i], shapes[i % parameterCount]), "parameter ", i, " of shape ", parameters[i].sizes(), ", expected float32 ",
            shapes[i % parameterCount]);
    for (int64_t size : {width(), hidden()}) TORCH_CHECK(size > 0 && size % 16 == 0, "a width of ", size, ", not a multiple of 16");
    TORCH_CHECK(heads > 0 && width() % heads == 0, heads, " heads do not divide a width of ", width());
    const int64_t rows = histories.rows.back();
    TORCH_CHECK(isOurs(x, {rows, width()}), "rows of shape ", x.sizes(), ", expected float32 [", rows, ", ", width(), "]");
}

Memory::Memory(const Blocks &blocks, int64_t blockCount, int64_t rows, int64_t pairs, bool isMasked)
    : rows_(rows), width_(blocks.width()), hidden_(blocks.hidden()), isMasked_(isMasked) {
    numbers_ = at::empty({blockCount, rows * ((isMasked ? 10 : 8) * width_ + hidden_ + 2)}, at::kFloat);
    probabilities_ = at::empty({blockCount, blocks.heads, pairs}, at::kFloat);
    if (isMasked) pairMask_ = at::empty({blockCount, blocks.heads, pairs}, at::kFloat);
}

Activations Memory::activations(int64_t block, int64_t row) const {
    float *next = numbers_.mutable_data_ptr<float>() + block * numbers_.size(1);
    const auto take = [&](int64_t columns) {
        float *matrix = next;
        next += rows_ * columns;
        return matrix + row * columns;
    };
    const int64_t masked = isMasked_ ? width_ : 0;
    // In the order of the members.
    return {take(width_), take(3 * width_), take(width_), take(width_), take(width_), take(hidden_),
            take(width_), take(masked),     take(masked), take(1),      take(1)};
}

float *Memory::probabilities(int64_t block, int64_t head, int64_t pair) const {
    return probabilities_.mutable_data_ptr<float>() + (block * probabilities_.size(1) + head) * probabilities_.size(2) + pair;
}

float *Memory::pairMask(int64_t block, int64_t head, int64_t pair) const {
    if (!isMasked_) return nullptr;
    return pairMask_.mutable_data_ptr<float>() + (block * pairMask_.size(1) + head) * pairMask_.size(2) + pair;
}

} // namespace ctorch::history
