// The cross entropies of a batch's rows over its distinct items, without the items of the row's own user, as an operator of LibTorch.
//
// With logits l_i = u v_i - share_i, counts n_i and target t: loss = log(exp(l_t) + sum of exp(l_i + log n_i) over the items i that are not
// the user's own) - l_t. The forward pass leaves the loss's slopes where the logits were; the backward pass is two products.
#include "../Autograd.hpp"
#include "../Numbers.hpp"
#include "../Vectorised.hpp"

#include <ATen/ops/empty.h>
#include <ATen/ops/exp.h>
#include <ATen/ops/mm.h>
#include <ATen/ops/mul.h>

namespace {

using ctorch::variable_list;

CTORCH_VECTORISED void add(float *__restrict x, const float *__restrict a, int64_t count) {
    for (int64_t i = 0; i < count; ++i) x[i] += a[i];
}

/// Subtracts the largest of x and `other`, and returns it.
CTORCH_VECTORISED float subtractLargest(float *__restrict x, int64_t count, float other) {
#pragma clang fp reassociate(on)
    float largest = other;
    for (int64_t i = 0; i < count; ++i) largest = x[i] > largest ? x[i] : largest;
    for (int64_t i = 0; i < count; ++i) x[i] -= largest;
    return largest;
}

/// Divides by the sum of x and `other`, and returns it.
CTORCH_VECTORISED float divideBySum(float *__restrict x, int64_t count, float other) {
#pragma clang fp reassociate(on)
    float total = other;
    for (int64_t i = 0; i < count; ++i) total += x[i];
    const float factor = 1 / total;
    for (int64_t i = 0; i < count; ++i) x[i] *= factor;
    return total;
}

/// A B, some rows at a time on one thread each: the number of threads then decides over no sum.
at::Tensor product(const at::Tensor &a, const at::Tensor &b) {
    constexpr int64_t most = 128;
    const int64_t rows = a.size(0);
    at::Tensor result = at::empty({rows, b.size(1)}, a.options());
    ctorch::inParallel((rows + most - 1) / most, [&](int64_t part) {
        const at::NoGradGuard without;
        const int64_t count = std::min(most, rows - part * most);
        at::Tensor own = result.narrow(0, part * most, count);
        at::mm_out(own, a.narrow(0, part * most, count), b);
    });
    return result;
}

/// Its inputs are the outputs and the vectors.
struct RowLosses {
    at::Tensor added, counts, users, targets, ownUsers, ownItems;

    at::Tensor forward(at::TensorList inputs, variable_list *saved) const {
        const int64_t rows = inputs[0].size(0), items = inputs[1].size(0), pairs = ownUsers.size(0);
        const auto *user = ctorch::numbers<int64_t>(users), *target = ctorch::numbers<int64_t>(targets);
        const auto *ownUser = ctorch::numbers<int64_t>(ownUsers), *ownItem = ctorch::numbers<int64_t>(ownItems);
        const float *log = ctorch::numbers<float>(added), *count = ctorch::numbers<float>(counts);
        auto slopes = product(inputs[0], inputs[1].t());
        auto losses = at::empty({rows}, at::kFloat);
        std::vector<float> own(rows), largest(rows);  // the target's logit and the largest of a row
        float *all = slopes.mutable_data_ptr<float>();
        for (int64_t row = 0; row < rows; ++row) {
            float *x = all + row * items;
            // Without the count: of the target's slot there is one.
            own[row] = x[target[row]] + log[target[row]] - count[target[row]];
            ctorch::Vectorised<add>::call(x, log, items);
            int64_t pair = std::lower_bound(ownUser, ownUser + pairs, user[row]) - ownUser;
            for (; pair < pairs && ownUser[pair] == user[row]; ++pair) x[ownItem[pair]] = -INFINITY;
            largest[row] = ctorch::Vectorised<subtractLargest>::call(x, items, own[row]);
        }
        at::exp_(slopes);
        for (int64_t row = 0; row < rows; ++row) {
            float *x = all + row * items;
            const float mine = std::exp(own[row] - largest[row]), total = ctorch::Vectorised<divideBySum>::call(x, items, mine);
            losses.mutable_data_ptr<float>()[row] = std::log(total) + largest[row] - own[row];
            x[target[row]] += mine / total - 1;
        }
        if (saved) *saved = {inputs[0], inputs[1], slopes};
        return losses;
    }

    variable_list backward(const variable_list &saved, const at::Tensor &gradient, const std::vector<bool> &) const {
        const auto &outputs = saved[0], &vectors = saved[1], &slopes = saved[2];
        const auto factor = gradient.unsqueeze(1);  // [rows, 1]
        return {product(slopes, vectors).mul_(factor), product(slopes.t(), outputs.mul(factor))};
    }
};

/// outputs [rows, width], vectors [items, width]; added = log count - log share and counts = log count, each [items]; of each row the user
/// and the target's place among the items; the pairs (user, own item), ordered by user. Returns [rows].
at::Tensor rowLosses(
    const at::Tensor &outputs, const at::Tensor &vectors, const at::Tensor &added, const at::Tensor &counts, const at::Tensor &users,
    const at::Tensor &targets, const at::Tensor &ownUsers, const at::Tensor &ownItems) {
    for (const auto &tensor : {outputs, vectors, added, counts})
        TORCH_CHECK(tensor.is_cpu() && tensor.scalar_type() == at::kFloat, "row losses of numbers that are not float32 on the processor");
    const int64_t rows = outputs.size(0), items = vectors.size(0);
    for (const auto &tensor : {users, targets, ownUsers, ownItems})
        TORCH_CHECK(tensor.is_cpu() && tensor.scalar_type() == at::kLong && tensor.is_contiguous(), "indices of row losses");
    TORCH_CHECK(
        outputs.dim() == 2 && vectors.dim() == 2 && added.numel() == items && counts.numel() == items && users.numel() == rows &&
            targets.numel() == rows && ownUsers.numel() == ownItems.numel(),
        "row losses of shapes that do not fit each other");
    const auto isWithin = [items](const at::Tensor &places) {
        const auto *all = ctorch::numbers<int64_t>(places);
        for (int64_t i = 0; i < places.numel(); ++i)
            if (all[i] < 0 || all[i] >= items) return false;
        return true;
    };
    TORCH_CHECK(isWithin(targets) && isWithin(ownItems), "row losses of items that are not there");
    const auto *ownUser = ctorch::numbers<int64_t>(ownUsers);
    TORCH_CHECK(std::is_sorted(ownUser, ownUser + ownUsers.numel()), "own items that are not ordered by user");
    return ctorch::recorded(
        RowLosses{added.contiguous(), counts.contiguous(), users, targets, ownUsers, ownItems},
        {outputs.contiguous(), vectors.contiguous()});
}

} // namespace

TORCH_LIBRARY_FRAGMENT(iisan, library) {
    library.def(
        "row_losses(Tensor outputs, Tensor vectors, Tensor added, Tensor counts, Tensor users, Tensor targets, Tensor own_users,"
        " Tensor own_items) -> Tensor",
        rowLosses);
}
