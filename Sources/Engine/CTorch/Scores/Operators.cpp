// Row losses, with their gradients, and ranks as operations on tensors.
#include "../Autograd.hpp"
#include "../Guard.hpp"
#include "../Machine.hpp"
#include "../Numbers.hpp"
#include "Scores.hpp"

#include <ATen/ops/empty.h>
#include <ATen/ops/mm.h>
#include <ATen/ops/mul.h>

namespace ctorch {

namespace {

/// A B, some rows at a time on one thread each: the number of threads then decides over no sum.
at::Tensor product(const at::Tensor &a, const at::Tensor &b) {
    constexpr int64_t most = 128;
    const int64_t rows = a.size(0);
    at::Tensor result = at::empty({rows, b.size(1)}, a.options());
    inParallel((rows + most - 1) / most, [&](int64_t part) {
        const at::NoGradGuard without;
        const int64_t count = std::min(most, rows - part * most);
        at::Tensor own = result.narrow(0, part * most, count);
        at::mm_out(own, a.narrow(0, part * most, count), b);
    });
    return result;
}

/// Its inputs are the outputs and the vectors. The losses' slopes are left where the products were; the backward pass is two products.
struct LossOperation {
    LossRows rows;
    variable_list held;  // what the rows read

    at::Tensor forward(at::TensorList inputs, variable_list *saved) const {
        const auto slopes = product(inputs[0], inputs[1].t()), losses = at::empty({rows.rows}, at::kFloat);
        rows.losses(slopes.mutable_data_ptr<float>(), losses.mutable_data_ptr<float>());
        if (saved) *saved = {inputs[0], inputs[1], slopes};
        return losses;
    }

    variable_list backward(const variable_list &saved, const at::Tensor &gradient, const std::vector<bool> &) const {
        const auto &outputs = saved[0], &vectors = saved[1], &slopes = saved[2];
        const auto factor = gradient.unsqueeze(1);  // [rows, 1]
        return {product(slopes, vectors).mul_(factor), product(slopes.t(), outputs.mul(factor))};
    }
};

/// Places among some items.
const int64_t *places(const at::Tensor &tensor, int64_t count, int64_t items, const char *name) {
    const int64_t *all = numbers<int64_t>(tensor, {count}, name);
    for (int64_t i = 0; i < count; ++i) TORCH_CHECK(all[i] >= 0 && all[i] < items, "no item ", all[i], " among ", name);
    return all;
}

} // namespace

} // namespace ctorch

CTorchTensor ctorch_row_losses(const CTorchRowLosses *given) {
    using namespace ctorch;
    const variable_list inputs{retained(given->outputs).contiguous(), retained(given->vectors).contiguous()};
    for (const at::Tensor &matrix : inputs) TORCH_CHECK(matrix.dim() == 2, "row losses of numbers of shape ", matrix.sizes());
    LossOperation operation;
    const auto hold = [&](CTorchTensor handle) { return operation.held.emplace_back(retained(handle).contiguous()); };
    const int64_t rows = inputs[0].size(0), items = inputs[1].size(0), width = inputs[0].size(1);
    const at::Tensor ownUsers = hold(given->own_users);
    const int64_t pairs = ownUsers.numel();
    numbers<float>(inputs[0], {rows, width}, "outputs");
    numbers<float>(inputs[1], {items, width}, "vectors");
    operation.rows = {
        .rows = rows,
        .items = items,
        .pairs = pairs,
        .added = numbers<float>(hold(given->added), {items}, "logarithms of counts and shares"),
        .counts = numbers<float>(hold(given->counts), {items}, "logarithms of counts"),
        .users = numbers<int64_t>(hold(given->users), {rows}, "users"),
        .targets = places(hold(given->targets), rows, items, "targets"),
        .ownUsers = numbers<int64_t>(ownUsers, {pairs}, "users of own items"),
        .ownItems = places(hold(given->own_items), pairs, items, "own items"),
    };
    TORCH_CHECK(std::is_sorted(operation.rows.ownUsers, operation.rows.ownUsers + pairs), "own items that are not ordered by user");
    return give(recorded(operation, inputs));
}

CTorchTensor ctorch_count_ranks(CTorchTensor scores, CTorchTensor targets, CTorchTensor maskedRows, CTorchTensor maskedItems) {
    using namespace ctorch;
    const Borrowed all(scores), rowsOfPairs(maskedRows);
    TORCH_CHECK(all->dim() == 2, "scores of shape ", all->sizes());
    const int64_t rows = all->size(0), items = all->size(1), pairs = rowsOfPairs->numel();
    const RankRows ranks{
        .rows = rows,
        .items = items,
        .pairs = pairs,
        .scores = numbers<float>(*all, {rows, items}, "scores"),
        .targets = places(*Borrowed(targets), rows, items, "targets"),
        .maskedRows = places(*rowsOfPairs, pairs, rows, "rows of masked items"),
        .maskedItems = places(*Borrowed(maskedItems), pairs, items, "masked items"),
    };
    TORCH_CHECK(std::is_sorted(ranks.maskedRows, ranks.maskedRows + pairs), "masked items that are not ordered by row");
    const at::Tensor counts = at::empty({2, rows}, at::kLong);
    ranks.count(counts.mutable_data_ptr<int64_t>(), counts.mutable_data_ptr<int64_t>() + rows);
    return give(counts);
}
