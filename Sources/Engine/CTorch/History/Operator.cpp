// Blocks over histories as an operator of LibTorch, with its gradients.
#include "../Autograd.hpp"
#include "../Numbers.hpp"
#include "History.hpp"

#include <ATen/ops/empty.h>

namespace ctorch::history {

namespace {

bool isOurs(const at::Tensor &tensor, at::IntArrayRef sizes, at::ScalarType type = at::kFloat) {
    return tensor.sizes() == sizes && tensor.scalar_type() == type && tensor.is_contiguous() && tensor.is_cpu();
}

/// Its inputs are the items and the blocks' parameters.
struct BlocksOperation {
    Blocks blocks;
    at::Tensor positions;  // which the blocks read
    Histories histories;
    Pieces pieces;
    std::optional<Fates> fates;

    /// The memory of each piece, at the end of what is saved.
    std::vector<Memory> memories(const variable_list &saved) const {
        std::vector<Memory> all;
        const size_t first = saved.size() - pieces.all.size();
        for (size_t i = 0; i < pieces.all.size(); ++i)
            all.emplace_back(blocks, pieces.all[i], fates.has_value(), saved[first + i].mutable_data_ptr());
        return all;
    }

    at::Tensor forward(at::TensorList inputs, variable_list *saved) const {
        const at::Tensor result = at::empty(inputs[0].sizes(), at::kFloat);
        if (saved) {
            *saved = inputs.vec();
            saved->push_back(positions);
            for (const Piece &piece : pieces.all)
                saved->push_back(at::empty({Memory(blocks, piece, fates.has_value(), nullptr).bytes}, at::kByte));
        }
        history::forward(
            blocks, numbers<float>(inputs[0]), histories, pieces, fates, saved ? memories(*saved) : std::vector<Memory>(),
            result.mutable_data_ptr<float>());
        return result;
    }

    variable_list backward(const variable_list &saved, const at::Tensor &gradient, const std::vector<bool> &) const {
        variable_list gradients{at::empty(saved[0].sizes(), at::kFloat)};
        const at::Tensor all = at::empty({blocks.starts.back()}, at::kFloat);
        for (size_t i = 0; i < blocks.parameters.size(); ++i)
            gradients.push_back(all.slice(0, blocks.starts[i], blocks.starts[i + 1]).view(saved[1 + i].sizes()));
        history::backward(
            blocks, numbers<float>(gradient), histories, pieces, memories(saved), gradients[0].mutable_data_ptr<float>(),
            all.mutable_data_ptr<float>());
        return gradients;
    }
};

Histories historiesOf(const at::Tensor &starts, int64_t rows) {
    TORCH_CHECK(
        starts.dim() == 1 && starts.size(0) > 0 && isOurs(starts, starts.sizes(), at::kLong), "starts of histories of shape ", starts.sizes(),
        ", expected int64 [histories + 1]");
    const int64_t *all = numbers<int64_t>(starts);
    const std::vector<int64_t> list(all, all + starts.size(0));
    TORCH_CHECK(
        list.front() == 0 && list.back() == rows && std::is_sorted(list.begin(), list.end()),
        "starts of histories do not go up from 0 to ", rows);
    return Histories(list);
}

/// Stops what the kernels cannot do.
Blocks blocksOf(at::TensorList parameters, int64_t heads, double epsilon, const at::Tensor &positions, int64_t rows) {
    const int64_t each = parameterCount, given = static_cast<int64_t>(parameters.size()) - entryParameterCount;
    TORCH_CHECK(
        given > 0 && given % each == 0, parameters.size(), " parameters, expected ", int64_t{entryParameterCount}, " and ", each,
        " for each block");
    TORCH_CHECK(
        parameters[position].dim() == 2 && parameters[Blocks::place(0, upWeight)].dim() == 2, "tables and weights that are not matrices");
    const int64_t places = parameters[position].size(0);
    Blocks blocks{nullptr, {}, {0}, parameters[position].size(1), parameters[Blocks::place(0, upWeight)].size(0), heads, static_cast<float>(epsilon)};
    const int64_t width = blocks.width, hidden = blocks.hidden;
    for (int64_t size : {width, hidden}) TORCH_CHECK(size > 0 && size % 16 == 0, "a width of ", size, ", not a multiple of 16");
    TORCH_CHECK(heads > 0 && width % heads == 0, heads, " heads do not divide a width of ", width);
    const std::vector<int64_t> square{width, width}, row{width};
    // In the order of the enumerations.
    const std::vector<std::vector<int64_t>> entry{{places, width}, row, row},
        own{square, square, square, square, row, row, {hidden, width}, {hidden}, {width, hidden}, row, row, row};
    for (int64_t i = 0; i < given + entryParameterCount; ++i) {
        const auto &shape = i < entryParameterCount ? entry[i] : own[(i - entryParameterCount) % each];
        TORCH_CHECK(isOurs(parameters[i], shape), "parameter ", i, " of shape ", parameters[i].sizes(), ", expected float32 ", shape);
        blocks.parameters.push_back(numbers<float>(parameters[i]));
        blocks.starts.push_back(blocks.starts.back() + parameters[i].numel());
    }
    TORCH_CHECK(isOurs(positions, {rows}, at::kLong), "positions of shape ", positions.sizes(), ", expected int64 [", rows, "]");
    blocks.positions = numbers<int64_t>(positions);
    for (int64_t i = 0; i < rows; ++i)
        TORCH_CHECK(blocks.positions[i] >= 0 && blocks.positions[i] < places, "there is no position ", blocks.positions[i]);
    return blocks;
}

at::Tensor historyBlocks(
    const at::Tensor &input, const at::Tensor &positions, const at::Tensor &starts, int64_t heads, double epsilon, double dropout,
    at::TensorList parameters) {
    TORCH_CHECK(input.dim() == 2, "rows of shape ", input.sizes());
    const at::Tensor items = input.contiguous();
    const Histories histories = historiesOf(starts, items.size(0));
    const Blocks blocks = blocksOf(parameters, heads, epsilon, positions, items.size(0));
    TORCH_CHECK(
        isOurs(items, {items.size(0), blocks.width}), "rows of shape ", items.sizes(), ", expected float32 [rows, ", blocks.width, "]");
    TORCH_CHECK(dropout >= 0 && dropout < 1, "dropout with a probability of ", dropout);
    const std::optional<Fates> fates = dropout > 0 ? std::optional(Fates::drawn(dropout)) : std::nullopt;
    variable_list inputs{items};
    inputs.insert(inputs.end(), parameters.begin(), parameters.end());
    return recorded(BlocksOperation{blocks, positions, histories, Pieces(histories), fates}, inputs);
}

} // namespace

} // namespace ctorch::history

TORCH_LIBRARY_FRAGMENT(iisan, library) {
    library.def(
        "history_blocks(Tensor items, Tensor positions, Tensor starts, int heads, float epsilon, float dropout, Tensor[] parameters)"
        " -> Tensor",
        ctorch::history::historyBlocks);
}
