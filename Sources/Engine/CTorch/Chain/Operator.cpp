// Chains as an operator of LibTorch, with their gradients.
#include "Chain.hpp"

#include "../Guard.hpp"
#include "../Vectorised.hpp"
#include "Products.hpp"

#include <c10/core/GradMode.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/library.h>

#include <utility>

namespace {

using ctorch::Chain;
using ctorch::ChainMemory;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

/// Calls body for all tensors of a chain that may have a gradient, in the order of the operator's results for autograd; tables read by
/// rows have none.
template <typename SomeChain, typename Body> void forEachTensor(SomeChain &chain, const Body &body) {
    for (auto *table : {&chain.first, &chain.second}) {
        at::Tensor nothing;
        body(table->isThere() && !table->rows.defined() ? table->shards[0] : nothing);
    }
    body(chain.gates);
    body(chain.map);
    for (auto *list : {&chain.downWeights, &chain.downBiases, &chain.upWeights, &chain.upBiases})
        for (auto &tensor : *list) body(tensor);
}

/// Those that are there.
variable_list tensors(const std::vector<Chain> &chains) {
    variable_list all;
    const auto add = [&](const at::Tensor &tensor) {
        if (tensor.defined()) all.push_back(tensor);
    };
    for (const Chain &chain : chains) forEachTensor(chain, add);
    return all;
}

/// What the backward pass keeps besides tensors that autograd holds, and lets go of after it.
struct Kept : torch::CustomClassHolder {
    std::vector<Chain> chains;  // without their tensors
    std::vector<bool> isThere;  // which of these tensors there are
    ChainMemory memory;         // without its tensors
};

/// Calls body for all tensors of a memory.
template <typename Body> void forEachTensor(ChainMemory &memory, const Body &body) {
    for (auto &shares : memory.memories)
        for (auto &share : shares)
            for (auto *tensor : {&share.inputs, &share.activations, &share.transposedActivations, &share.last, &share.sums}) body(*tensor);
}

struct ChainFunction : torch::autograd::Function<ChainFunction> {
    /// `all` are the chains' tensors; autograd sees them only as arguments.
    static at::Tensor forward(AutogradContext *context, const std::vector<Chain> &chains, at::TensorList all) {
        auto kept = c10::make_intrusive<Kept>();
        auto result = ctorch::chainsForward(chains, ctorch::isBFloat16InForce(), &kept->memory);
        kept->chains = chains;
        // Watched by autograd instead: a parameter that changes before the backward pass is an error.
        for (Chain &chain : kept->chains)
            forEachTensor(chain, [&](at::Tensor &tensor) {
                kept->isThere.push_back(tensor.defined());
                tensor.reset();
            });
        // So it holds what is kept, too: after the backward pass that goes, though the graph may stay.
        auto saved = all.vec();
        forEachTensor(kept->memory, [&](at::Tensor &tensor) { saved.push_back(std::exchange(tensor, at::Tensor())); });
        context->save_for_backward(std::move(saved));
        context->saved_data["kept"] = c10::IValue::make_capsule(std::move(kept));
        return result;
    }

    static variable_list backward(AutogradContext *context, const variable_list &outputs) {
        const auto kept = c10::static_intrusive_pointer_cast<Kept>(context->saved_data["kept"].toCapsule());
        const auto saved = context->get_saved_variables();
        auto chains = kept->chains;
        std::vector<bool> isAskedFor;
        size_t next = 0;
        for (Chain &chain : chains)
            forEachTensor(chain, [&](at::Tensor &tensor) {
                const bool isThere = kept->isThere[isAskedFor.size()];
                isAskedFor.push_back(isThere && context->needs_input_grad(next));
                if (isThere) tensor = saved[next++];
            });
        auto memory = kept->memory;
        forEachTensor(memory, [&](at::Tensor &tensor) { tensor = saved[next++]; });
        std::vector<ctorch::TableGradients> tables;
        size_t place = 0;
        for (const Chain &chain : chains) {
            tables.push_back({isAskedFor[place], isAskedFor[place + 1]});
            place += 4 + 4 * chain.blocks();
        }
        variable_list all{at::Tensor()};  // the chains themselves are the first input; they have no gradient
        const auto add = [&](const at::Tensor &gradient) {
            if (kept->isThere[place++]) all.push_back(gradient);
        };
        place = 0;
        for (const auto &gradients : ctorch::chainsBackward(chains, memory, outputs[0], tables)) {
            for (const auto *single : {&gradients.first, &gradients.second, &gradients.gates, &gradients.map}) add(*single);
            for (const auto *stacked : {&gradients.downWeights, &gradients.downBiases, &gradients.upWeights, &gradients.upBiases})
                for (int64_t block = 0; block < stacked->size(0); ++block) add(stacked->select(0, block));
        }
        return all;
    }
};

using OptionalTensors = c10::List<std::optional<at::Tensor>>;

at::Tensor bottleneckChains(
    at::TensorList tables, at::IntArrayRef shards, const OptionalTensors &rows, at::IntArrayRef layers, at::IntArrayRef blocks,
    const OptionalTensors &gates, double temperature, at::TensorList maps, at::TensorList downWeights, at::TensorList downBiases,
    at::TensorList upWeights, at::TensorList upBiases, c10::string_view activation) {
    TORCH_CHECK(activation == "relu" || activation == "gelu", "a chain with the activation ", activation);
    TORCH_CHECK(
        blocks.size() > 0 && shards.size() == 2 * blocks.size() && rows.size() == shards.size() && gates.size() == blocks.size() &&
            maps.size() == blocks.size(),
        blocks.size(), " chains with ", shards.size(), " tables");
    std::vector<Chain> chains;
    size_t block = 0, layer = 0, shard = 0;
    for (size_t i = 0; i < blocks.size(); ++i) {
        const auto count = static_cast<size_t>(blocks[i]);
        const auto table = [&](size_t place) {
            const auto own = static_cast<size_t>(shards[place]);
            const std::optional<at::Tensor> itsRows = rows.get(place);
            ctorch::ChainTable result{{}, itsRows.value_or(at::Tensor()), {}};
            if (own == 0) return result;
            TORCH_CHECK(shard + own <= tables.size() && layer + count <= layers.size(), tables.size(), " shards and ", layers.size(), " layers");
            result.shards = tables.slice(shard, own).vec();
            result.layers = layers.slice(layer, count).vec();
            shard += own;
            layer += count;
            return result;
        };
        const auto own = [&](at::TensorList list) {
            TORCH_CHECK(block + count <= list.size(), list.size(), " parameters of blocks");
            return list.slice(block, count).vec();
        };
        const auto first = table(2 * i), second = table(2 * i + 1);
        const std::optional<at::Tensor> theta = gates.get(i);
        chains.push_back(
            {first, second, theta.value_or(at::Tensor()), temperature, maps[i], own(downWeights), own(downBiases), own(upWeights),
             own(upBiases), activation == "gelu"});
        block += count;
        chains.back().prepare();
        TORCH_CHECK(
            chains.back().items() == chains[0].items() && maps[i].size(0) == maps[0].size(0), "chains over different items or of different results");
        for (const auto *it : {&chains.back().first, &chains.back().second})
            for (const auto &states : it->shards)
                TORCH_CHECK(
                    !(states.requires_grad() && it->rows.defined()), "a chain over some rows of a table gives the table no gradient");
    }
    const auto all = tensors(chains);
    const bool isRecorded = c10::GradMode::is_enabled() &&
        std::any_of(all.begin(), all.end(), [](const at::Tensor &tensor) { return tensor.defined() && tensor.requires_grad(); });
    if (!isRecorded) return ctorch::chainsForward(chains, ctorch::isBFloat16InForce(), nullptr);
    return ChainFunction::apply(chains, at::TensorList(all));
}

} // namespace

TORCH_LIBRARY_FRAGMENT(iisan, library) {
    library.def(
        "bottleneck_chains(Tensor[] tables, int[] shards, Tensor?[] rows, int[] layers, int[] blocks, Tensor?[] gates, float temperature,"
        " Tensor[] maps, Tensor[] down_weights, Tensor[] down_biases, Tensor[] up_weights, Tensor[] up_biases, str activation) -> Tensor",
        bottleneckChains);
}

int32_t ctorch_bfloat16_products(void) { return static_cast<int32_t>(ctorch::bfloat16Instructions()); }

bool ctorch_has_chain(void) { return ctorch::hasProductsInForce(); }
