// The chain as an operator of LibTorch, with its gradients.
#include "Chain.hpp"

#include "../Guard.hpp"
#include "Products.hpp"

#include <c10/core/GradMode.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/library.h>

namespace {

using ctorch::Chain;
using ctorch::ChainMemory;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

/// The parameters of all blocks in a row, as autograd wants them.
variable_list parameters(const Chain &chain) {
    variable_list all{chain.map};
    for (const auto *list : {&chain.downWeights, &chain.downBiases, &chain.upWeights, &chain.upBiases})
        all.insert(all.end(), list->begin(), list->end());
    return all;
}

/// The chain with the tensors that autograd kept.
Chain restored(const Chain &shape, const variable_list &all) {
    Chain chain = shape;
    chain.first.states = all[0];
    chain.second.states = all[1];
    chain.gates = all[2];
    chain.map = all[3];
    auto next = all.begin() + 4;
    for (auto *list : {&chain.downWeights, &chain.downBiases, &chain.upWeights, &chain.upBiases})
        for (auto &tensor : *list) tensor = *next++;
    return chain;
}

/// What the backward pass keeps besides tensors that autograd watches.
struct Kept : torch::CustomClassHolder {
    Chain chain;
    ChainMemory memory;
};

struct ChainFunction : torch::autograd::Function<ChainFunction> {
    /// `second` and `gates` are the chain's; autograd sees them only as arguments.
    static at::Tensor forward(
        AutogradContext *context, const Chain &chain, const at::Tensor &first, const std::optional<at::Tensor> &,
        const std::optional<at::Tensor> &, at::TensorList parameters) {
        auto kept = c10::make_intrusive<Kept>();
        auto result = ctorch::chainForward(chain, ctorch::isBFloat16InForce(), &kept->memory);
        kept->chain = chain;
        // Watched by autograd instead: a parameter that changes before the backward pass is an error.
        for (auto *list : {&kept->chain.downWeights, &kept->chain.downBiases, &kept->chain.upWeights, &kept->chain.upBiases})
            for (auto &tensor : *list) tensor.reset();
        for (auto *tensor : {&kept->chain.first.states, &kept->chain.second.states, &kept->chain.gates, &kept->chain.map})
            tensor->reset();
        variable_list tensors{first, chain.second.states, chain.gates};
        tensors.insert(tensors.end(), parameters.begin(), parameters.end());
        context->save_for_backward(std::move(tensors));
        context->saved_data["kept"] = c10::IValue::make_capsule(std::move(kept));
        return result;
    }

    static variable_list backward(AutogradContext *context, const variable_list &outputs) {
        const auto kept = c10::static_intrusive_pointer_cast<Kept>(context->saved_data["kept"].toCapsule());
        const auto saved = context->get_saved_variables();
        const Chain chain = restored(kept->chain, saved);
        const auto gradients = ctorch::chainBackward(
            chain, kept->memory, outputs[0], context->needs_input_grad(0), chain.hasTwo() && context->needs_input_grad(1));
        // The chain itself is the first input; it has no gradient.
        variable_list all{at::Tensor(), gradients.first, gradients.second, gradients.gates, gradients.map};
        for (const auto *list : {&gradients.downWeights, &gradients.downBiases, &gradients.upWeights, &gradients.upBiases})
            all.insert(all.end(), list->begin(), list->end());
        return all;
    }
};

at::Tensor bottleneckChain(
    const at::Tensor &first, const std::optional<at::Tensor> &firstRows, at::IntArrayRef firstLayers,
    const std::optional<at::Tensor> &second, const std::optional<at::Tensor> &secondRows, at::IntArrayRef secondLayers,
    const std::optional<at::Tensor> &gates, double temperature, const at::Tensor &map, at::TensorList downWeights, at::TensorList downBiases,
    at::TensorList upWeights, at::TensorList upBiases, c10::string_view activation) {
    TORCH_CHECK(activation == "relu" || activation == "gelu", "a chain with the activation ", activation);
    const Chain chain{
        {first, firstRows.value_or(at::Tensor()), firstLayers.vec()},
        {second.value_or(at::Tensor()), secondRows.value_or(at::Tensor()), secondLayers.vec()},
        gates.value_or(at::Tensor()),
        temperature,
        map,
        downWeights.vec(),
        downBiases.vec(),
        upWeights.vec(),
        upBiases.vec(),
        activation == "gelu"};
    chain.check();
    TORCH_CHECK(
        !(first.requires_grad() && firstRows) && !(chain.hasTwo() && chain.second.states.requires_grad() && secondRows),
        "a chain over some rows of a table gives the table no gradient");
    const auto all = parameters(chain);
    const auto isTrained = [](const at::Tensor &tensor) { return tensor.defined() && tensor.requires_grad(); };
    const bool isRecorded = c10::GradMode::is_enabled() &&
        (isTrained(first) || isTrained(chain.second.states) || isTrained(chain.gates) || std::any_of(all.begin(), all.end(), isTrained));
    if (!isRecorded) return ctorch::chainForward(chain, ctorch::isBFloat16InForce(), nullptr);
    return ChainFunction::apply(chain, first, second, gates, at::TensorList(all));
}

} // namespace

TORCH_LIBRARY_FRAGMENT(iisan, library) {
    library.def(
        "bottleneck_chain(Tensor first, Tensor? first_rows, int[] first_layers, Tensor? second, Tensor? second_rows, int[] second_layers,"
        " Tensor? gates, float temperature, Tensor map, Tensor[] down_weights, Tensor[] down_biases, Tensor[] up_weights, Tensor[] up_biases,"
        " str activation) -> Tensor",
        bottleneckChain);
}

bool ctorch_has_chain(void) { return ctorch::hasProductsInForce(); }
