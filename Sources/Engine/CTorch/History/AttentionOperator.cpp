// Causal attention within histories as an operator of LibTorch.
#include "Attention.hpp"
#include "Histories.hpp"

#include "../Parallel.hpp"

#include <ATen/ops/empty.h>
#include <ATen/ops/zeros_like.h>
#include <ATen/Parallel.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/library.h>

namespace {

using ctorch::history::Histories;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

/// Calls body(history, scratch) for every history; on several threads only where there is work for them.
template <typename Body> void forEach(const Histories &histories, const Body &body) {
    const int64_t parts = std::max<int64_t>(1, std::min<int64_t>(at::get_num_threads(), histories.rows.back() / 1024));
    const int64_t length = (histories.count() + parts - 1) / parts;
    ctorch::inParallel(parts, [&](int64_t part) {
        std::vector<float> scratch(histories.longest);
        for (int64_t i = part * length; i < std::min(histories.count(), (part + 1) * length); ++i) body(i, scratch.data());
    });
}

struct AttentionFunction : torch::autograd::Function<AttentionFunction> {
    static at::Tensor forward(
        AutogradContext *context, const at::Tensor &rows, const at::Tensor &starts, int64_t heads,
        const std::optional<at::Tensor> &mask) {
        const Histories histories(starts, rows.size(0));
        const int64_t width = rows.size(1) / 3, headWidth = width / heads;
        auto out = at::empty({rows.size(0), width}, rows.options());
        auto probabilities = at::empty({heads, histories.pairCount()}, rows.options());
        forEach(histories, [&](int64_t history, float *) {
            const int64_t first = histories.rows[history];
            for (int64_t head = 0; head < heads; ++head) {
                const float *start = rows.const_data_ptr<float>() + first * 3 * width + head * headWidth;
                const int64_t pair = head * histories.pairCount() + histories.pairs[history];
                ctorch::history::attend(
                    {start, start + width, start + 2 * width, histories.length(history), 3 * width, headWidth},
                    mask ? mask->const_data_ptr<float>() + pair : nullptr, probabilities.mutable_data_ptr<float>() + pair,
                    out.mutable_data_ptr<float>() + first * width + head * headWidth, width);
            }
        });
        context->save_for_backward({rows, starts, mask.value_or(at::Tensor()), probabilities});
        context->saved_data["heads"] = heads;
        return out;
    }

    static variable_list backward(AutogradContext *context, const variable_list &gradients) {
        const auto saved = context->get_saved_variables();
        const auto &rows = saved[0], &mask = saved[2], &probabilities = saved[3];
        const Histories histories(saved[1], rows.size(0));
        const int64_t heads = context->saved_data["heads"].toInt();
        const int64_t width = rows.size(1) / 3, headWidth = width / heads;
        const auto out = gradients[0].contiguous();
        auto gradient = at::zeros_like(rows);
        forEach(histories, [&](int64_t history, float *scratch) {
            const int64_t first = histories.rows[history];
            for (int64_t head = 0; head < heads; ++head) {
                const int64_t offset = first * 3 * width + head * headWidth;
                const float *start = rows.const_data_ptr<float>() + offset;
                float *target = gradient.mutable_data_ptr<float>() + offset;
                const int64_t pair = head * histories.pairCount() + histories.pairs[history];
                ctorch::history::attendBackward(
                    {start, start + width, start + 2 * width, histories.length(history), 3 * width, headWidth},
                    mask.defined() ? mask.const_data_ptr<float>() + pair : nullptr, probabilities.const_data_ptr<float>() + pair,
                    out.const_data_ptr<float>() + first * width + head * headWidth, width, target, target + width,
                    target + 2 * width, scratch);
            }
        });
        return {gradient, at::Tensor(), at::Tensor(), at::Tensor()};
    }
};

/// rows [rows, 3 * width]: queries, keys and values; starts int64 [histories + 1]; mask [heads, pairs] of what dropout makes of ones.
at::Tensor historyAttention(
    const at::Tensor &rows, const at::Tensor &starts, int64_t heads, const std::optional<at::Tensor> &mask) {
    TORCH_CHECK(
        rows.dim() == 2 && rows.is_cpu() && rows.scalar_type() == at::kFloat && heads > 0 && rows.size(1) % (3 * heads) == 0,
        "rows of shape ", rows.sizes(), " for ", heads, " heads");
    const int64_t pairs = Histories(starts, rows.size(0)).pairCount();
    if (mask)
        TORCH_CHECK(
            mask->sizes() == at::IntArrayRef({heads, pairs}) && mask->is_contiguous() && mask->scalar_type() == at::kFloat,
            "a mask of shape ", mask->sizes(), ", expected float32 [", heads, ", ", pairs, "]");
    return AttentionFunction::apply(rows.contiguous(), starts, heads, mask);
}

} // namespace

TORCH_LIBRARY_FRAGMENT(iisan, library) {
    library.def("history_attention(Tensor rows, Tensor starts, int heads, Tensor? mask) -> Tensor", historyAttention);
}
