// Blocks over histories as an operator of LibTorch, with its gradients.
#include "Blocks.hpp"

#include <c10/core/GradMode.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/library.h>

#include <utility>

namespace {

using namespace ctorch::history;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

/// What the backward pass keeps besides tensors that autograd holds, and lets go of after it.
struct Kept : torch::CustomClassHolder {
    Kept(Histories histories, Pieces pieces) : histories(std::move(histories)), pieces(std::move(pieces)) {}

    Histories histories;
    Pieces pieces;
    Memory memory;  // without its tensors
    int64_t heads = 0;
    float epsilon = 0;
};

struct BlocksFunction : torch::autograd::Function<BlocksFunction> {
    /// `parameters` are those of the blocks; autograd sees them only as arguments.
    static at::Tensor forward(
        AutogradContext *context, const Blocks &blocks, const Histories &histories, const Pieces &pieces,
        const std::optional<ctorch::Fates> &fates, const at::Tensor &items, at::TensorList parameters) {
        auto kept = c10::make_intrusive<Kept>(histories, pieces);
        kept->heads = blocks.heads;
        kept->epsilon = blocks.epsilon;
        auto result = blocksForward(blocks, items, histories, pieces, fates, &kept->memory);
        // A parameter that changes before the backward pass is an error.
        variable_list tensors{blocks.positions};
        tensors.insert(tensors.end(), parameters.begin(), parameters.end());
        // So it holds what is kept, too: after the backward pass that goes, though the graph may stay.
        for (at::Tensor *tensor : kept->memory.tensors()) tensors.push_back(std::exchange(*tensor, at::Tensor()));
        context->save_for_backward(std::move(tensors));
        context->saved_data["kept"] = c10::IValue::make_capsule(std::move(kept));
        return result;
    }

    static variable_list backward(AutogradContext *context, const variable_list &outputs) {
        const auto kept = c10::static_intrusive_pointer_cast<Kept>(context->saved_data["kept"].toCapsule());
        const auto saved = context->get_saved_variables();
        Memory memory = kept->memory;
        const auto held = memory.tensors();
        for (size_t i = 0; i < held.size(); ++i) *held[i] = saved[saved.size() - held.size() + i];
        const auto end = saved.end() - static_cast<int64_t>(held.size());
        const Blocks blocks{saved[0], {saved.begin() + 1, end}, kept->heads, kept->epsilon};
        const auto gradients = blocksBackward(blocks, outputs[0].contiguous(), kept->histories, kept->pieces, memory);
        variable_list all(4);  // blocks, histories, pieces and fates have none
        all.insert(all.end(), gradients.begin(), gradients.end());
        return all;
    }
};

at::Tensor historyBlocks(
    const at::Tensor &input, const at::Tensor &positions, const at::Tensor &starts, int64_t heads, double epsilon, double dropout,
    at::TensorList parameters) {
    TORCH_CHECK(input.dim() == 2, "rows of shape ", input.sizes());
    const at::Tensor items = input.contiguous();
    const Histories histories(starts, items.size(0));
    const Blocks blocks{positions, parameters.vec(), heads, static_cast<float>(epsilon)};
    blocks.check(items, histories);
    TORCH_CHECK(dropout >= 0 && dropout < 1, "dropout with a probability of ", dropout);
    const Pieces pieces(histories);
    std::optional<ctorch::Fates> fates;
    if (dropout > 0) fates = ctorch::Fates::drawn(dropout);
    const auto isTrained = [](const at::Tensor &tensor) { return tensor.requires_grad(); };
    const bool isRecorded =
        c10::GradMode::is_enabled() && (isTrained(items) || std::any_of(parameters.begin(), parameters.end(), isTrained));
    if (!isRecorded) return blocksForward(blocks, items, histories, pieces, fates, nullptr);
    return BlocksFunction::apply(blocks, histories, pieces, fates, items, parameters);
}

} // namespace

TORCH_LIBRARY_FRAGMENT(iisan, library) {
    library.def(
        "history_blocks(Tensor items, Tensor positions, Tensor starts, int heads, float epsilon, float dropout, Tensor[] parameters)"
        " -> Tensor",
        historyBlocks);
}
