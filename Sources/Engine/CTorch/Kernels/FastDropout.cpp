// Dropout of which each element's fate follows from a seed and its place, as an operator of LibTorch.
//
// LibTorch draws one number after the other from its generator, which takes longer than a small layer's products; here the generator
// gives a seed for the whole tensor, and the backward pass finds the same fates from it again.
#include "../Parallel.hpp"
#include "../Vectorised.hpp"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/ops/empty_like.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/library.h>

#include <cmath>

namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

/// A mixing of 32 bits in which every input bit changes every output bit with nearly even chances.
inline uint32_t mixed(uint32_t x) {
    x = (x ^ (x >> 16)) * 0x7feb352du;
    x = (x ^ (x >> 15)) * 0x846ca68bu;
    return x ^ (x >> 16);
}

CTORCH_VECTORISED void dropSome(
    float *__restrict y, const float *__restrict x, int64_t count, uint32_t first, uint32_t low, uint32_t high, uint32_t bound, float scale) {
    for (int64_t i = 0; i < count; ++i) {
        const uint32_t bits = mixed(mixed((first + static_cast<uint32_t>(i)) ^ low) + high);
        y[i] = bits >= bound ? x[i] * scale : 0;
    }
}

at::Tensor dropped(const at::Tensor &x, double probability, int64_t seed) {
    const auto source = x.contiguous();
    auto result = at::empty_like(source);
    const auto bits = static_cast<uint64_t>(seed);
    const auto bound = static_cast<uint32_t>(std::min(probability * 4294967296.0, 4294967295.0));
    const int64_t count = source.numel();
    constexpr int64_t piece = 1 << 16;
    const auto drop = [&](int64_t part) {
        const int64_t start = part * piece;
        // Places beyond four thousand million share their low halves: the piece's number tells them apart.
        dropSome(
            result.mutable_data_ptr<float>() + start, source.const_data_ptr<float>() + start, std::min(piece, count - start),
            static_cast<uint32_t>(start), static_cast<uint32_t>(bits), static_cast<uint32_t>(bits >> 32) + static_cast<uint32_t>(start >> 32),
            bound, static_cast<float>(1 / (1 - probability)));
    };
    const int64_t pieces = (count + piece - 1) / piece;
    if (pieces == 1) {
        drop(0);
    } else {
        ctorch::inParallel(pieces, drop);
    }
    return result;
}

/// A number from the default generator, so that the random state of a checkpoint decides what is dropped after it.
int64_t drawnSeed() {
    auto generator = at::detail::getDefaultCPUGenerator();
    std::lock_guard<std::mutex> lock(generator.mutex());
    return static_cast<int64_t>(at::check_generator<at::CPUGeneratorImpl>(generator)->random64());
}

struct FastDropout : torch::autograd::Function<FastDropout> {
    static at::Tensor forward(AutogradContext *context, const at::Tensor &x, double probability) {
        const int64_t seed = drawnSeed();
        context->saved_data["probability"] = probability;
        context->saved_data["seed"] = seed;
        return dropped(x, probability, seed);
    }

    static variable_list backward(AutogradContext *context, const variable_list &gradients) {
        return {
            dropped(gradients[0], context->saved_data["probability"].toDouble(), context->saved_data["seed"].toInt()), at::Tensor()};
    }
};

/// x with elements zeroed and the others scaled by 1 / (1 - probability).
at::Tensor fastDropout(const at::Tensor &x, double probability) {
    TORCH_CHECK(x.is_cpu() && x.scalar_type() == at::kFloat, "dropout of ", x.scalar_type(), " on ", x.device());
    TORCH_CHECK(probability >= 0 && probability < 1, "a probability of ", probability);
    return FastDropout::apply(x, probability);
}

} // namespace

TORCH_LIBRARY_FRAGMENT(iisan, library) { library.def("fast_dropout(Tensor x, float probability) -> Tensor", fastDropout); }
