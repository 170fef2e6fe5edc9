// Where targets stand among scores, by counting, as an operator of LibTorch: each score is read once.
#include "../Numbers.hpp"
#include "../Vectorised.hpp"

#include <ATen/core/Tensor.h>
#include <ATen/ops/empty.h>
#include <torch/library.h>

#include <algorithm>

namespace {

struct Counts {
    int64_t atLeast, equal;
    bool isFinite;
};

CTORCH_VECTORISED Counts countScores(const float *scores, int64_t count, float target) {
#pragma clang fp reassociate(on)
    int64_t atLeast = 0, equal = 0;
    bool isFinite = true;
    // Counters of four bytes fill twice as many lanes; a piece is too short for them to overflow.
    for (int64_t start = 0; start < count; start += 1 << 20) {
        const int64_t end = std::min(count, start + (1 << 20));
        int32_t least = 0, same = 0, odd = 0;
        for (int64_t i = start; i < end; ++i) {
            least += scores[i] >= target ? 1 : 0;
            same += scores[i] == target ? 1 : 0;
            odd |= scores[i] - scores[i] == 0 ? 0 : 1;  // infinities and what is not a number
        }
        atLeast += least;
        equal += same;
        isFinite = isFinite && odd == 0;
    }
    return {atLeast, equal, isFinite};
}

/// How many other scores of its row, but the masked ones, are at least as large as the target's, and how many equal: int64 [2, rows].
///
/// scores: float32 [rows, items]; targets: int64 [rows]; masked pairs (row, item), ordered by row, each once. Rows with a score that is
/// not finite have -1.
at::Tensor countRanks(
    const at::Tensor &scores, const at::Tensor &targets, const at::Tensor &maskedRows, const at::Tensor &maskedItems) {
    TORCH_CHECK(
        scores.dim() == 2 && scores.is_cpu() && scores.scalar_type() == at::kFloat && scores.is_contiguous(), "scores of shape ",
        scores.sizes(), ", expected float32 [rows, items] in the processor's memory");
    const int64_t rows = scores.size(0), items = scores.size(1);
    for (const auto &list : {targets, maskedRows, maskedItems})
        TORCH_CHECK(list.dim() == 1 && list.scalar_type() == at::kLong && list.is_cpu() && list.is_contiguous(), "indices");
    TORCH_CHECK(targets.size(0) == rows && maskedRows.size(0) == maskedItems.size(0), "targets or masked pairs of another number");
    const int64_t pairs = maskedRows.size(0);
    const auto *target = ctorch::numbers<int64_t>(targets), *row = ctorch::numbers<int64_t>(maskedRows),
               *item = ctorch::numbers<int64_t>(maskedItems);
    for (int64_t i = 0; i < rows; ++i) TORCH_CHECK(target[i] >= 0 && target[i] < items, "no item ", target[i]);
    for (int64_t i = 0; i < pairs; ++i)
        TORCH_CHECK(
            item[i] >= 0 && item[i] < items && row[i] >= (i ? row[i - 1] : 0) && row[i] < rows, "no masked item ", item[i], " of row ",
            row[i], " here");
    auto result = at::empty({2, rows}, targets.options());
    auto *atLeast = result.mutable_data_ptr<int64_t>(), *equal = atLeast + rows;
    ctorch::inParallel(rows, [&](int64_t i) {
        const float *mine = ctorch::numbers<float>(scores) + i * items;
        const float score = mine[target[i]];
        Counts counts = ctorch::Vectorised<countScores>::call(mine, items, score);
        bool isTargetMasked = false;
        for (int64_t pair = std::lower_bound(row, row + pairs, i) - row; pair < pairs && row[pair] == i; ++pair) {
            isTargetMasked = isTargetMasked || item[pair] == target[i];
            counts.atLeast -= mine[item[pair]] >= score;
            counts.equal -= mine[item[pair]] == score;
        }
        // A target is among its own equals and does not count itself; a masked one was taken off already.
        const int64_t itself = isTargetMasked ? 0 : 1;
        atLeast[i] = counts.isFinite ? counts.atLeast - itself : -1;
        equal[i] = counts.isFinite ? counts.equal - itself : -1;
    });
    return result;
}

} // namespace

TORCH_LIBRARY_FRAGMENT(iisan, library) {
    library.def("count_ranks(Tensor scores, Tensor targets, Tensor masked_rows, Tensor masked_items) -> Tensor", countRanks);
}
