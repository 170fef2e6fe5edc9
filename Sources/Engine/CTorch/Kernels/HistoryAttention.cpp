// Causal attention within histories of different lengths that stand one after the other, without padding, as an operator of LibTorch.
//
// For the rows i of a history and each head: out_i = sum over j <= i of m_ij p_ij v_j, p_i = softmax over j <= i of q_i k_j / sqrt(width),
// where m is what dropout makes of a one. Histories are a few rows long, so that a matrix product of each would cost more than its sums.
#include "../Parallel.hpp"
#include "../Vectorised.hpp"

#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/zeros_like.h>
#include <ATen/Parallel.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/library.h>

#include <cmath>

namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

/// One history's rows of queries, keys and values side by side, for one head.
struct History {
    const float *queries, *keys, *values;
    int64_t rows, stride, width;
};

/// `pairs` are those (i, j) with j <= i, row by row; `mask` is null without dropout.
CTORCH_VECTORISED void attend(
    const History &history, float scale, const float *mask, float *__restrict probabilities, float *__restrict out, int64_t outStride) {
#pragma clang fp reassociate(on)
    const int64_t width = history.width;
    int64_t pair = 0;
    for (int64_t i = 0; i < history.rows; ++i) {
        const float *query = history.queries + i * history.stride;
        float *row = probabilities + pair;
        float largest = -INFINITY;
        for (int64_t j = 0; j <= i; ++j) {
            const float *key = history.keys + j * history.stride;
            float dot = 0;
            for (int64_t c = 0; c < width; ++c) dot += query[c] * key[c];
            row[j] = dot * scale;
            largest = row[j] > largest ? row[j] : largest;
        }
        float sum = 0;
        for (int64_t j = 0; j <= i; ++j) {
            row[j] = std::exp(row[j] - largest);
            sum += row[j];
        }
        float *target = out + i * outStride;
        for (int64_t c = 0; c < width; ++c) target[c] = 0;
        for (int64_t j = 0; j <= i; ++j) {
            row[j] /= sum;
            const float weight = mask ? row[j] * mask[pair + j] : row[j];
            const float *value = history.values + j * history.stride;
            for (int64_t c = 0; c < width; ++c) target[c] += weight * value[c];
        }
        pair += i + 1;
    }
}

/// `gradients` has the layout of the rows and starts at zero.
CTORCH_VECTORISED void attendBackward(
    const History &history, float scale, const float *mask, const float *probabilities, const float *out, int64_t outStride,
    float *__restrict queries, float *__restrict keys, float *__restrict values, float *__restrict scratch) {
#pragma clang fp reassociate(on)
    const int64_t width = history.width;
    int64_t pair = 0;
    for (int64_t i = 0; i < history.rows; ++i) {
        const float *gradient = out + i * outStride;
        const float *row = probabilities + pair;
        float sum = 0;
        for (int64_t j = 0; j <= i; ++j) {
            const float *value = history.values + j * history.stride;
            float *valueGradient = values + j * history.stride;
            const float factor = mask ? mask[pair + j] : 1;
            const float weight = row[j] * factor;
            float dot = 0;
            for (int64_t c = 0; c < width; ++c) {
                dot += gradient[c] * value[c];
                valueGradient[c] += weight * gradient[c];
            }
            scratch[j] = dot * factor;
            sum += scratch[j] * row[j];
        }
        const float *query = history.queries + i * history.stride;
        float *queryGradient = queries + i * history.stride;
        for (int64_t j = 0; j <= i; ++j) {
            const float slope = row[j] * (scratch[j] - sum) * scale;
            const float *key = history.keys + j * history.stride;
            float *keyGradient = keys + j * history.stride;
            for (int64_t c = 0; c < width; ++c) {
                queryGradient[c] += slope * key[c];
                keyGradient[c] += slope * query[c];
            }
        }
        pair += i + 1;
    }
}

/// Where each history's rows and pairs start.
struct Layout {
    std::vector<int64_t> rows, pairs;
    int64_t longest = 0;

    explicit Layout(const at::Tensor &starts) {
        const int64_t *all = starts.const_data_ptr<int64_t>();
        rows.assign(all, all + starts.size(0));
        pairs.push_back(0);
        for (size_t history = 0; history + 1 < rows.size(); ++history) {
            const int64_t count = rows[history + 1] - rows[history];
            TORCH_CHECK(count >= 0, "history ", history, " ends before it starts");
            longest = std::max(longest, count);
            pairs.push_back(pairs.back() + count * (count + 1) / 2);
        }
    }
    int64_t histories() const { return static_cast<int64_t>(rows.size()) - 1; }

    /// Calls body(history, scratch) for every history; on several threads only where there is work for them.
    template <typename Body> void forEach(const Body &body) const {
        const int64_t parts = std::max<int64_t>(1, std::min<int64_t>(at::get_num_threads(), rows.back() / 1024));
        const int64_t length = (histories() + parts - 1) / parts;
        const auto run = [&](int64_t part) {
            std::vector<float> scratch(longest);
            for (int64_t i = part * length; i < std::min(histories(), (part + 1) * length); ++i) body(i, scratch.data());
        };
        if (parts == 1) {
            run(0);
        } else {
            ctorch::inParallel(parts, run);
        }
    }
};

struct AttentionFunction : torch::autograd::Function<AttentionFunction> {
    static at::Tensor forward(
        AutogradContext *context, const at::Tensor &rows, const at::Tensor &starts, int64_t heads,
        const std::optional<at::Tensor> &mask) {
        const Layout layout(starts);
        const int64_t width = rows.size(1) / 3, headWidth = width / heads;
        auto out = at::empty({rows.size(0), width}, rows.options());
        auto probabilities = at::empty({heads, layout.pairs.back()}, rows.options());
        const float scale = 1 / std::sqrt(static_cast<float>(headWidth));
        layout.forEach([&](int64_t history, float *) {
            const int64_t first = layout.rows[history];
            for (int64_t head = 0; head < heads; ++head) {
                const float *start = rows.const_data_ptr<float>() + first * 3 * width + head * headWidth;
                const int64_t pair = head * layout.pairs.back() + layout.pairs[history];
                attend(
                    {start, start + width, start + 2 * width, layout.rows[history + 1] - first, 3 * width, headWidth}, scale,
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
        const Layout layout(saved[1]);
        const int64_t heads = context->saved_data["heads"].toInt();
        const int64_t width = rows.size(1) / 3, headWidth = width / heads;
        const auto out = gradients[0].contiguous();
        auto gradient = at::zeros_like(rows);
        const float scale = 1 / std::sqrt(static_cast<float>(headWidth));
        layout.forEach([&](int64_t history, float *scratch) {
            const int64_t first = layout.rows[history];
            for (int64_t head = 0; head < heads; ++head) {
                const int64_t offset = first * 3 * width + head * headWidth;
                const float *start = rows.const_data_ptr<float>() + offset;
                float *target = gradient.mutable_data_ptr<float>() + offset;
                const int64_t pair = head * layout.pairs.back() + layout.pairs[history];
                attendBackward(
                    {start, start + width, start + 2 * width, layout.rows[history + 1] - first, 3 * width, headWidth}, scale,
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
    TORCH_CHECK(
        starts.dim() == 1 && starts.size(0) > 0 && starts.is_cpu() && starts.scalar_type() == at::kLong && starts.is_contiguous() &&
            starts.const_data_ptr<int64_t>()[0] == 0 && starts.const_data_ptr<int64_t>()[starts.size(0) - 1] == rows.size(0),
        "starts of histories do not reach from 0 to ", rows.size(0));
    if (mask) {
        const int64_t pairs = Layout(starts).pairs.back();
        TORCH_CHECK(
            mask->sizes() == at::IntArrayRef({heads, pairs}) && mask->is_contiguous() && mask->scalar_type() == at::kFloat,
            "a mask of shape ", mask->sizes(), ", expected float32 [", heads, ", ", pairs, "]");
    }
    return AttentionFunction::apply(rows.contiguous(), starts, heads, mask);
}

} // namespace

TORCH_LIBRARY_FRAGMENT(iisan, library) {
    library.def("history_attention(Tensor rows, Tensor starts, int heads, Tensor? mask) -> Tensor", historyAttention);
}
