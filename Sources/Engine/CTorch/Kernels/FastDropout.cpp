// Dropout of which each element's fate follows from a seed and its place, as an operator of LibTorch: the backward pass finds the same
// fates from the seed again.
#include "../Autograd.hpp"
#include "../Machine.hpp"
#include "Fates.hpp"

#include <ATen/ops/empty_like.h>

namespace {

using ctorch::Fates;
using ctorch::variable_list;

at::Tensor dropped(const at::Tensor &x, const Fates &fates) {
    const auto source = x.contiguous();
    auto result = at::empty_like(source);
    const int64_t count = source.numel();
    constexpr int64_t piece = 1 << 16;
    ctorch::inParallel((count + piece - 1) / piece, [&](int64_t part) {
        const int64_t start = part * piece;
        fates.drop(
            result.mutable_data_ptr<float>() + start, source.const_data_ptr<float>() + start, start, std::min(piece, count - start));
    });
    return result;
}

struct FastDropout {
    Fates fates;

    at::Tensor forward(at::TensorList inputs, variable_list *) const { return dropped(inputs[0], fates); }
    variable_list backward(const variable_list &, const at::Tensor &gradient, const std::vector<bool> &) const {
        return {dropped(gradient, fates)};
    }
};

/// x with elements zeroed and the others scaled by 1 / (1 - probability).
at::Tensor fastDropout(const at::Tensor &x, double probability) {
    TORCH_CHECK(x.is_cpu() && x.scalar_type() == at::kFloat, "dropout of ", x.scalar_type(), " on ", x.device());
    TORCH_CHECK(probability >= 0 && probability < 1, "a probability of ", probability);
    return ctorch::recorded(FastDropout{Fates::drawn(probability)}, {x});
}

} // namespace

TORCH_LIBRARY_FRAGMENT(iisan, library) { library.def("fast_dropout(Tensor x, float probability) -> Tensor", fastDropout); }
