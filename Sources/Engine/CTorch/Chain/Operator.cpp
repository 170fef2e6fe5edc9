// Chains as an operator of LibTorch, with their gradients.
#include "../Autograd.hpp"
#include "../Guard.hpp"
#include "../Numbers.hpp"
#include "Chain.hpp"

#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/gelu.h>
#include <ATen/ops/gelu_backward.h>
#include <ATen/ops/zeros.h>

namespace ctorch::chain {

void gelu(float *x, int64_t count) {
    at::Tensor all = at::from_blob(x, {count}, at::kFloat);
    at::gelu_out(all, all);
}

void geluGradient(float *g, const float *x, int64_t count) {
    at::Tensor all = at::from_blob(g, {count}, at::kFloat);
    at::gelu_backward_out(all, all, at::from_blob(const_cast<float *>(x), {count}, at::kFloat));
}

namespace {

/// Its inputs are for each chain the tables that may have gradients, theta, M, and then each block's parameters in the order of `Block`.
struct ChainOperation {
    std::vector<Chain> chains;
    std::vector<at::Tensor> held;  // tables that are no inputs
    bool inBFloat16;

    at::Tensor forward(at::TensorList all, variable_list *saved) const {
        const at::Tensor output = at::empty({chains[0].items, chains[0].outputs}, at::kFloat);
        if (saved) {
            *saved = all.vec();
            for (const Chain &chain : chains)
                for (const Share &share : sharesOf(chain.items)) {
                    const int64_t bytes =
                        inBFloat16 ? Memory<BFloat16>(chain, share, nullptr).bytes : Memory<float>(chain, share, nullptr).bytes;
                    saved->push_back(at::empty({bytes}, at::kByte));
                }
        }
        chain::forward(
            chains, inBFloat16, saved ? memories(*saved, all.size()) : std::vector<std::vector<void *>>(),
            output.mutable_data_ptr<float>());
        return output;
    }

    variable_list backward(const variable_list &saved, const at::Tensor &output, const std::vector<bool> &isAskedFor) const {
        std::vector<Gradients> gradients;
        variable_list results;
        for (const Chain &chain : chains) {
            const int64_t blocks = chain.count(), bottleneck = chain.bottleneck, width = chain.width;
            const auto make = [](at::IntArrayRef sizes) { return at::empty(sizes, at::kFloat); };
            const at::Tensor all = make({Sums::size(chain)}), ups = make({blocks, width, bottleneck}), gates = make({blocks});
            const auto data = [](const at::Tensor &tensor) { return tensor.defined() ? tensor.mutable_data_ptr<float>() : nullptr; };
            const auto addTable = [&](const Table &table) {
                const bool isWanted = table.isInput && isAskedFor[results.size()];
                const at::Tensor own = isWanted ? at::zeros({chain.items, table.layerCount, width}, at::kFloat) : at::Tensor();
                if (table.isInput) results.push_back(own);
                return data(own);
            };
            float *first = addTable(chain.first), *second = addTable(chain.second);
            gradients.push_back({data(all), data(ups), data(gates), first, second});
            const Sums sums(chain, data(all));
            const auto view = [&](const float *begin, at::IntArrayRef sizes) {
                return all.narrow(0, begin - data(all), c10::multiply_integers(sizes)).view(sizes);
            };
            if (chain.gates) results.push_back(gates);
            results.push_back(view(sums.map, {chain.outputs, width}));
            for (int64_t block = 0; block < blocks; ++block) {
                results.push_back(view(sums.downs + block * bottleneck * width, {bottleneck, width}));
                results.push_back(view(sums.downBiases + block * bottleneck, {bottleneck}));
                results.push_back(ups.select(0, block));
                results.push_back(view(sums.upBiases + block * width, {width}));
            }
        }
        chain::backward(chains, inBFloat16, memories(saved, results.size()), numbers<float>(output), gradients);
        return results;
    }

  private:
    /// The memory of each chain's shares: all tensors from one on.
    std::vector<std::vector<void *>> memories(const variable_list &saved, size_t next) const {
        std::vector<std::vector<void *>> all;
        for (const Chain &chain : chains) {
            all.emplace_back();
            for (size_t i = 0; i < sharesOf(chain.items).size(); ++i) all.back().push_back(saved[next++].mutable_data_ptr());
        }
        return all;
    }
};

/// A table of shards [rows, layers, width] that follow each other, of which `rows` are read, or all in their order.
Table table(at::TensorList shards, const std::optional<at::Tensor> &rows, at::IntArrayRef layers, int64_t width) {
    if (shards.empty()) return {};
    const at::Tensor &own = shards[0];
    std::vector<int64_t> ends;  // of the shards, in rows of the table
    for (const auto &shard : shards) {
        TORCH_CHECK(
            shard.dim() == 3 && shard.size(2) == width && shard.stride(2) == 1 && shard.is_cpu() && shard.size(1) == own.size(1) &&
                shard.stride(1) == own.stride(1) && shard.scalar_type() == own.scalar_type(),
            "a table of shape ", shard.sizes(), ", expected [rows, layers, ", width, "] in the processor's memory");
        TORCH_CHECK(!rows || !shard.requires_grad(), "a chain over some rows of a table gives the table no gradient");
        ends.push_back((ends.empty() ? 0 : ends.back()) + shard.size(0));
    }
    const auto type = own.scalar_type();
    TORCH_CHECK(type == at::kFloat || type == at::kHalf || type == at::kBFloat16, "a table of type ", type);
    for (int64_t layer : layers) TORCH_CHECK(layer >= 0 && layer < own.size(1), "a table has no layer ", layer);
    TORCH_CHECK(rows ? rows->scalar_type() == at::kLong && rows->is_contiguous() && rows->is_cpu() : shards.size() == 1, "a table's rows");
    Table table;
    table.layers = layers.vec();
    table.layerCount = own.size(1);
    table.numberBytes = own.element_size();
    table.layerBytes = own.stride(1) * table.numberBytes;
    table.type = type == at::kHalf ? StateType::float16 : type == at::kBFloat16 ? StateType::bfloat16 : StateType::float32;
    const int64_t items = rows ? rows->size(0) : own.size(0);
    table.rows.reserve(roundedUp(items, 32));
    for (int64_t item = 0; item < items; ++item) {
        const int64_t row = rows ? numbers<int64_t>(*rows)[item] : item;
        TORCH_CHECK(row >= 0 && row < ends.back(), "a table of ", ends.back(), " rows has no row ", row);
        const size_t place = std::upper_bound(ends.begin(), ends.end(), row) - ends.begin();
        const at::Tensor &shard = shards[place];
        const int64_t start = place == 0 ? 0 : ends[place - 1];
        table.rows.push_back(static_cast<const char *>(shard.const_data_ptr()) + (row - start) * shard.stride(0) * table.numberBytes);
    }
    if (items > 0) table.rows.resize(roundedUp(items, 32), table.rows.back());
    return table;
}

using OptionalTensors = c10::List<std::optional<at::Tensor>>;

/// Lets a table's states be shifted and scaled as they are read.
void scale(Table &table, const at::Tensor &means, const at::Tensor &scales, at::TensorList shards, int64_t width) {
    const std::vector<int64_t> sizes{static_cast<int64_t>(table.layers.size()), width};
    for (const at::Tensor &own : {means, scales})
        TORCH_CHECK(
            own.sizes() == sizes && own.scalar_type() == at::kFloat && own.is_contiguous() && own.is_cpu() && !own.requires_grad(),
            "means or scales of shape ", own.sizes(), ", expected float32 ", sizes, " without a gradient");
    for (const at::Tensor &shard : shards) TORCH_CHECK(!shard.requires_grad(), "a table that is scaled gets no gradient");
    table.means = numbers<float>(means);
    table.scales = numbers<float>(scales);
}

/// The arguments of all chains are in lists, one chain after the other: two tables each, of `shards` shards, of which the second may have none,
/// and `means` and `scales` [blocks, width] for those that are read as (x - mean) scale; for each table that is there the layers that the
/// blocks read; and the blocks' parameters.
at::Tensor bottleneckChains(
    at::TensorList tables, at::IntArrayRef shards, const OptionalTensors &rows, at::IntArrayRef layers, at::IntArrayRef blocks,
    const OptionalTensors &gates, double temperature, at::TensorList maps, at::TensorList downWeights, at::TensorList downBiases,
    at::TensorList upWeights, at::TensorList upBiases, c10::string_view activation, const OptionalTensors &means,
    const OptionalTensors &scales) {
    TORCH_CHECK(activation == "relu" || activation == "gelu", "a chain with the activation ", activation);
    const size_t count = blocks.size(), all = downWeights.size();
    TORCH_CHECK(
        count > 0 && shards.size() == 2 * count && rows.size() == 2 * count && means.size() == 2 * count && scales.size() == 2 * count &&
            gates.size() == count && maps.size() == count &&
            downBiases.size() == all && upWeights.size() == all && upBiases.size() == all,
        count, " chains with ", shards.size(), " tables");
    ChainOperation operation;
    operation.inBFloat16 = isBFloat16InForce();
    variable_list inputs;
    size_t block = 0, layer = 0, shard = 0;
    for (size_t i = 0; i < count; ++i) {
        const auto length = static_cast<size_t>(blocks[i]);
        TORCH_CHECK(length > 0 && block + length <= all && maps[i].dim() == 2, length, " blocks of a chain of ", all, " in all");
        Chain chain{};
        chain.width = maps[i].size(1);
        chain.bottleneck = downWeights[block].size(0);
        chain.outputs = maps[i].size(0);
        chain.temperature = temperature;
        chain.isGELU = activation == "gelu";
        for (int64_t size : {chain.width, chain.bottleneck, chain.outputs})
            TORCH_CHECK(size > 0 && size % 32 == 0, "a width of ", size, ", not a multiple of 32");
        for (size_t second : {0, 1}) {
            const auto part = static_cast<size_t>(shards[2 * i + second]), read = part > 0 ? length : 0;
            TORCH_CHECK(
                shard + part <= tables.size() && layer + read <= layers.size(), tables.size(), " shards and ", layers.size(), " layers");
            const std::optional<at::Tensor> its = rows.get(2 * i + second);
            const at::TensorList states = tables.slice(shard, part);
            Table &source = second ? chain.second : chain.first;
            source = table(states, its, layers.slice(layer, read), chain.width);
            const std::optional<at::Tensor> mean = means.get(2 * i + second), factor = scales.get(2 * i + second);
            if (part > 0 && mean && factor) {
                scale(source, *mean, *factor, states, chain.width);
                operation.held.insert(operation.held.end(), {*mean, *factor});
            }
            TORCH_CHECK(part > 0 || second, "a chain without a table [rows, layers, width]");
            const int64_t items = part == 0 ? chain.items : its ? its->size(0) : states[0].size(0);
            if (!second) chain.items = items;
            TORCH_CHECK(items == chain.items, "tables of a chain that are read for other items");
            source.isInput = part > 0 && !its;
            auto &target = source.isInput ? inputs : operation.held;
            target.insert(target.end(), states.begin(), states.end());
            shard += part;
            layer += read;
        }
        const auto take = [&](const at::Tensor &tensor, at::IntArrayRef sizes, const char *name) {
            TORCH_CHECK(
                tensor.sizes() == sizes && tensor.scalar_type() == at::kFloat && tensor.is_contiguous() && tensor.is_cpu(), name,
                " of shape ", tensor.sizes(), ", expected float32 ", sizes);
            inputs.push_back(tensor);
            return numbers<float>(tensor);
        };
        if (const std::optional<at::Tensor> theta = gates.get(i)) chain.gates = take(*theta, {blocks[i]}, "gates");
        chain.map = take(maps[i], {chain.outputs, chain.width}, "a map");
        for (const size_t end = block + length; block < end; ++block) {
            const float *down = take(downWeights[block], {chain.bottleneck, chain.width}, "down weights");
            const float *downBias = take(downBiases[block], {chain.bottleneck}, "down biases");
            const float *up = take(upWeights[block], {chain.width, chain.bottleneck}, "up weights");
            chain.blocks.push_back({down, downBias, up, take(upBiases[block], {chain.width}, "up biases")});
        }
        operation.chains.push_back(chain);
        const Chain &first = operation.chains[0];
        TORCH_CHECK(chain.items == first.items && chain.outputs == first.outputs, "chains over different items or of different results");
    }
    return recorded(operation, inputs);
}

} // namespace

} // namespace ctorch::chain

TORCH_LIBRARY_FRAGMENT(iisan, library) {
    library.def(
        "bottleneck_chains(Tensor[] tables, int[] shards, Tensor?[] rows, int[] layers, int[] blocks, Tensor?[] gates, float temperature,"
        " Tensor[] maps, Tensor[] down_weights, Tensor[] down_biases, Tensor[] up_weights, Tensor[] up_biases, str activation,"
        " Tensor?[] means, Tensor?[] scales) -> Tensor",
        ctorch::chain::bottleneckChains);
}

int32_t ctorch_bfloat16_products(void) { return static_cast<int32_t>(ctorch::bfloat16Instructions()); }

bool ctorch_has_chain(void) { return ctorch::hasProductsInForce(); }
