// Blocks over histories as an operation on tensors, with its gradients.
#include "../Autograd.hpp"
#include "../Guard.hpp"
#include "../Numbers.hpp"
#include "History.hpp"

#include <ATen/ops/empty.h>

namespace ctorch::history {

namespace {

/// Its inputs are the items and the blocks' parameters.
struct BlocksOperation {
    Blocks blocks;
    at::Tensor positions;  // which the blocks read
    Histories histories;
    Pieces pieces;
    std::optional<Dropout> dropout;

    at::Tensor forward(at::TensorList inputs, variable_list *saved) const {
        const at::Tensor result = at::empty(inputs[0].sizes(), at::kFloat);
        if (saved) {
            *saved = inputs.vec();
            saved->push_back(positions);
            for (const Piece &piece : pieces.all)
                saved->push_back(at::empty({Memory(blocks, piece, dropout.has_value(), nullptr).bytes}, at::kByte));
        }
        history::forward(
            blocks, numbers<float>(inputs[0], inputs[0].sizes(), "items"), histories, pieces, dropout,
            saved ? memories(*saved, inputs.size() + 1) : std::vector<void *>(), result.mutable_data_ptr<float>());
        return result;
    }

    variable_list backward(const variable_list &saved, const at::Tensor &gradient, const std::vector<bool> &) const {
        variable_list gradients{at::empty(saved[0].sizes(), at::kFloat)};
        const at::Tensor all = at::empty({blocks.starts.back()}, at::kFloat);
        for (size_t i = 0; i < blocks.parameters.size(); ++i)
            gradients.push_back(all.slice(0, blocks.starts[i], blocks.starts[i + 1]).view(saved[1 + i].sizes()));
        history::backward(
            blocks, numbers<float>(gradient, gradient.sizes(), "a gradient"), histories, pieces, dropout.has_value(),
            memories(saved, gradients.size() + 1), gradients[0].mutable_data_ptr<float>(), all.mutable_data_ptr<float>());
        return gradients;
    }
};

Histories historiesOf(const at::Tensor &starts, int64_t rows) {
    const int64_t *all = numbers<int64_t>(starts, {starts.numel()}, "starts of histories");
    const std::vector<int64_t> list(all, all + starts.numel());
    TORCH_CHECK(
        !list.empty() && list.front() == 0 && list.back() == rows && std::is_sorted(list.begin(), list.end()),
        "starts of histories do not go up from 0 to ", rows);
    return Histories(list);
}

/// Stops what the kernels cannot do.
Blocks blocksOf(at::TensorList parameters, const CTorchHistories &given, const at::Tensor &positions, int64_t rows) {
    const int64_t each = parameterCount, own = static_cast<int64_t>(parameters.size()) - entryParameterCount;
    TORCH_CHECK(
        own > 0 && own % each == 0, parameters.size(), " parameters, expected ", int64_t{entryParameterCount}, " and ", each,
        " for each block");
    const int64_t width = parameters[entryNormWeight].numel(), hidden = parameters[Blocks::place(0, upBias)].numel();
    for (int64_t size : {width, hidden}) TORCH_CHECK(size > 0 && size % 16 == 0, "a width of ", size, ", not a multiple of 16");
    TORCH_CHECK(given.heads > 0 && width % given.heads == 0, given.heads, " heads do not divide a width of ", width);
    const int64_t places = parameters[position].numel() / width;
    Blocks blocks{nullptr, {}, {0}, width, hidden, given.heads, static_cast<float>(given.epsilon)};
    const std::vector<int64_t> square{width, width}, row{width};
    // In the order of the enumerations.
    const std::vector<std::vector<int64_t>> ofEntry{{places, width}, row, row},
        ofBlock{square, square, square, square, row, row, {hidden, width}, {hidden}, {width, hidden}, row, row, row};
    for (int64_t i = 0; i < own + entryParameterCount; ++i) {
        const auto &sizes = i < entryParameterCount ? ofEntry[i] : ofBlock[(i - entryParameterCount) % each];
        blocks.parameters.push_back(numbers<float>(parameters[i], sizes, "a parameter"));
        blocks.starts.push_back(blocks.starts.back() + parameters[i].numel());
    }
    blocks.positions = numbers<int64_t>(positions, {rows}, "positions");
    for (int64_t i = 0; i < rows; ++i)
        TORCH_CHECK(blocks.positions[i] >= 0 && blocks.positions[i] < places, "there is no position ", blocks.positions[i]);
    return blocks;
}

} // namespace

} // namespace ctorch::history

CTorchTensor ctorch_history_blocks(const CTorchHistories *given) {
    using namespace ctorch::history;
    const at::Tensor items = ctorch::retained(given->items).contiguous(), positions = ctorch::retained(given->positions);
    ctorch::variable_list inputs{items};
    for (int64_t i = 0; i < given->parameter_count; ++i) inputs.push_back(ctorch::retained(given->parameters[i]));
    TORCH_CHECK(items.dim() == 2, "items of shape ", items.sizes());
    const int64_t rows = items.size(0);
    const Histories histories = historiesOf(ctorch::retained(given->starts), rows);
    const Blocks blocks = blocksOf(at::TensorList(inputs).slice(1), *given, positions, rows);
    ctorch::numbers<float>(items, {rows, blocks.width}, "items");
    const int64_t pairs = histories.pairs.back();
    const bool isAll = given->all_rows == 0;
    const int64_t allRows = isAll ? rows : given->all_rows, allPairs = isAll ? pairs : given->all_pairs;
    const auto isPart = [](int64_t before, int64_t count, int64_t all) { return before >= 0 && count <= all && before <= all - count; };
    TORCH_CHECK(given->dropout >= 0 && given->dropout < 1, "dropout with a probability of ", given->dropout);
    TORCH_CHECK(
        isPart(given->rows_before, rows, allRows) && isPart(given->pairs_before, pairs, allPairs), rows, " rows do not stand among ",
        allRows, " from ", given->rows_before, " on, or ", pairs, " pairs among ", allPairs, " from ", given->pairs_before, " on");
    std::optional<Dropout> dropout;
    if (given->dropout > 0)
        dropout = {ctorch::Fates::drawn(given->dropout), given->rows_before, allRows, given->pairs_before, allPairs};
    return ctorch::give(ctorch::recorded(BlocksOperation{blocks, positions, histories, Pieces(histories), dropout}, inputs));
}
