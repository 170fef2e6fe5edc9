#include "Histories.hpp"

namespace ctorch::history {

Histories::Histories(const at::Tensor &starts, int64_t rowCount) {
    TORCH_CHECK(
        starts.dim() == 1 && starts.size(0) > 0 && starts.is_cpu() && starts.scalar_type() == at::kLong && starts.is_contiguous(),
        "starts of histories of shape ", starts.sizes(), ", expected int64 [histories + 1]");
    const int64_t *all = starts.const_data_ptr<int64_t>();
    rows.assign(all, all + starts.size(0));
    TORCH_CHECK(rows.front() == 0 && rows.back() == rowCount, "starts of histories do not reach from 0 to ", rowCount);
    pairs.push_back(0);
    for (int64_t history = 0; history < count(); ++history) {
        TORCH_CHECK(length(history) >= 0, "history ", history, " ends before it starts");
        longest = std::max(longest, length(history));
        pairs.push_back(pairs.back() + length(history) * (length(history) + 1) / 2);
    }
}

} // namespace ctorch::history
