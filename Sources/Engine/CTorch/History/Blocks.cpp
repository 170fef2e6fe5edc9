#include "Blocks.hpp"

#include <ATen/ops/empty.h>

namespace ctorch::history {

void Blocks::check(const at::Tensor &items, const Histories &histories) const {
    const auto isOurs = [](const at::Tensor &tensor, at::IntArrayRef sizes) {
        return tensor.sizes() == sizes && tensor.scalar_type() == at::kFloat && tensor.is_contiguous() && tensor.is_cpu();
    };
    TORCH_CHECK(
        count() > 0 && static_cast<int64_t>(parameters.size()) == place(count(), query), parameters.size(), " parameters, expected ",
        place(0, query), " and ", place(1, query) - place(0, query), " for each block");
    TORCH_CHECK(
        parameters[position].dim() == 2 && parameters[place(0, upWeight)].dim() == 2, "tables and weights that are not matrices");
    const int64_t rows = histories.rows.back(), width = this->width(), hidden = this->hidden();
    for (int64_t size : {width, hidden}) TORCH_CHECK(size > 0 && size % 16 == 0, "a width of ", size, ", not a multiple of 16");
    TORCH_CHECK(heads > 0 && width % heads == 0, heads, " heads do not divide a width of ", width);
    const std::vector<int64_t> square{width, width}, row{width};
    // In the order of the enumerations.
    std::vector<std::vector<int64_t>> shapes{{parameters[position].size(0), width}, row, row};
    for (int64_t block = 0; block < count(); ++block)
        for (const auto &shape : {square, square, square, square, row, row, {hidden, width}, {hidden}, {width, hidden}, row, row, row})
            shapes.push_back(shape);
    for (size_t i = 0; i < parameters.size(); ++i)
        TORCH_CHECK(
            isOurs(parameters[i], shapes[i]), "parameter ", i, " of shape ", parameters[i].sizes(), ", expected float32 ", shapes[i]);
    TORCH_CHECK(isOurs(items, {rows, width}), "rows of shape ", items.sizes(), ", expected float32 [", rows, ", ", width, "]");
    TORCH_CHECK(
        positions.sizes() == at::IntArrayRef{rows} && positions.scalar_type() == at::kLong && positions.is_contiguous() &&
            positions.is_cpu(),
        "positions of shape ", positions.sizes(), ", expected int64 [", rows, "]");
    const int64_t *all = positions.const_data_ptr<int64_t>();
    for (int64_t i = 0; i < rows; ++i)
        TORCH_CHECK(all[i] >= 0 && all[i] < parameters[position].size(0), "there is no position ", all[i]);
}

Memory::Memory(const Blocks &blocks, int64_t blockCount, int64_t rows, int64_t pairs, bool isMasked)
    : rows_(rows), width_(blocks.width()), hidden_(blocks.hidden()), isMasked_(isMasked) {
    entry_ = at::empty({rows * ((isMasked ? 2 : 1) * width_ + 1)}, at::kFloat);
    numbers_ = at::empty({blockCount, rows * ((isMasked ? 10 : 8) * width_ + hidden_ + 2)}, at::kFloat);
    probabilities_ = at::empty({blockCount, blocks.heads, pairs}, at::kFloat);
    if (isMasked) pairMask_ = at::empty({blockCount, blocks.heads, pairs}, at::kFloat);
}

EntryActivations Memory::entry(int64_t row) const {
    float *first = entry_.mutable_data_ptr<float>(), *mask = first + rows_ * width_, *inverse = mask + (isMasked_ ? rows_ * width_ : 0);
    return {first + row * width_, isMasked_ ? mask + row * width_ : nullptr, inverse + row};
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
