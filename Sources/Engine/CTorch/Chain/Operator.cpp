// Chains as an operation on tensors, with their gradients.
#include "../Autograd.hpp"
#include "../Guard.hpp"
#include "../Numbers.hpp"
#include "Chain.hpp"

#include <ATen/ops/empty.h>
#include <ATen/ops/zeros.h>

namespace ctorch::chain {

namespace {

/// Its inputs are for each chain the tables that may have gradients, theta, M, and then each block's parameters in the order of `Block`.
struct ChainOperation {
    std::vector<Chain> chains;
    variable_list held;  // what is read but is no input
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
            chains, inBFloat16, saved ? memories(*saved, all.size()) : std::vector<void *>(), output.mutable_data_ptr<float>());
        return output;
    }

    variable_list backward(const variable_list &saved, const at::Tensor &output, const std::vector<bool> &isAskedFor) const {
        std::vector<Gradients> gradients;
        variable_list results;
        const auto data = [](const at::Tensor &tensor) { return tensor.defined() ? tensor.mutable_data_ptr<float>() : nullptr; };
        for (const Chain &chain : chains) {
            const auto addTable = [&](const Table &table) {
                const bool isWanted = table.isInput && isAskedFor[results.size()];
                const at::Tensor own = isWanted ? at::zeros({chain.items, table.layerCount, chain.width}, at::kFloat) : at::Tensor();
                if (table.isInput) results.push_back(own);
                return data(own);
            };
            float *first = addTable(chain.first), *second = addTable(chain.second);
            const at::Tensor gates = at::empty({chain.count()}, at::kFloat), all = at::empty({chain.parameterSize()}, at::kFloat);
            if (chain.gates) results.push_back(gates);
            gradients.push_back({data(all), data(gates), first, second});
            for (int64_t start = 0; start < all.numel();) {
                const at::Tensor &parameter = saved[results.size()];
                results.push_back(all.narrow(0, start, parameter.numel()).view(parameter.sizes()));
                start += parameter.numel();
            }
        }
        chain::backward(
            chains, inBFloat16, memories(saved, results.size()), numbers<float>(output, output.sizes(), "a gradient"), gradients);
        return results;
    }
};

/// A table, which becomes an input if its items are its rows, and is held otherwise.
Table tableOf(const CTorchTable &given, int64_t blocks, int64_t width, variable_list &inputs, variable_list &held) {
    Table table;
    if (given.shard_count == 0) return table;
    const at::Tensor rows = retained(given.rows), own = retained(given.shards[0]);
    table.isInput = !rows.defined();
    auto &target = table.isInput ? inputs : held;
    variable_list shards;
    std::vector<int64_t> ends;  // of the shards, in rows of the table
    for (int64_t i = 0; i < given.shard_count; ++i) {
        const at::Tensor shard = retained(given.shards[i]);
        TORCH_CHECK(
            shard.dim() == 3 && shard.size(2) == width && shard.stride(2) == 1 && shard.is_cpu() && shard.size(1) == own.size(1) &&
                shard.stride(1) == own.stride(1) && shard.scalar_type() == own.scalar_type(),
            "a table of shape ", shard.sizes(), ", expected [rows, layers, ", width, "] in the processor's memory");
        TORCH_CHECK(
            !shard.requires_grad() || (table.isInput && !given.means), "a table that is scaled, or of which some rows are read, gets no gradient");
        ends.push_back((ends.empty() ? 0 : ends.back()) + shard.size(0));
        shards.push_back(shard);
        target.push_back(shard);
    }
    const auto type = own.scalar_type();
    TORCH_CHECK(type == at::kFloat || type == at::kHalf || type == at::kBFloat16, "a table of type ", type);
    TORCH_CHECK(rows.defined() || shards.size() == 1, "a table in ", shards.size(), " pieces without rows");
    table.layers.assign(given.layers, given.layers + blocks);
    for (int64_t layer : table.layers) TORCH_CHECK(layer >= 0 && layer < own.size(1), "a table has no layer ", layer);
    table.layerCount = own.size(1);
    table.numberBytes = own.element_size();
    table.layerBytes = own.stride(1) * table.numberBytes;
    table.type = type == at::kHalf ? StateType::float16 : type == at::kBFloat16 ? StateType::bfloat16 : StateType::float32;
    table.items = table.isInput ? own.size(0) : rows.numel();
    const int64_t *chosen = table.isInput ? nullptr : numbers<int64_t>(rows, {table.items}, "a table's rows");
    table.rows.reserve(roundedUp(table.items, 32));
    for (int64_t item = 0; item < table.items; ++item) {
        const int64_t row = chosen ? chosen[item] : item;
        TORCH_CHECK(row >= 0 && row < ends.back(), "a table of ", ends.back(), " rows has no row ", row);
        const size_t place = std::upper_bound(ends.begin(), ends.end(), row) - ends.begin();
        const int64_t start = place == 0 ? 0 : ends[place - 1];
        table.rows.push_back(
            static_cast<const char *>(shards[place].const_data_ptr()) + (row - start) * shards[place].stride(0) * table.numberBytes);
    }
    if (table.items > 0) table.rows.resize(roundedUp(table.items, 32), table.rows.back());
    const auto scaling = [&](CTorchTensor handle, const char *name) {
        held.push_back(retained(handle));
        TORCH_CHECK(!held.back().requires_grad(), name, " get no gradient");
        return numbers<float>(held.back(), {blocks, width}, name);
    };
    if (given.means && given.scales) {
        table.means = scaling(given.means, "means");
        table.scales = scaling(given.scales, "scales");
    }
    return table;
}

/// A chain, whose tensors become inputs or are held.
Chain chainOf(const CTorchChain &given, variable_list &inputs, variable_list &held) {
    const at::Tensor map = retained(given.map);
    TORCH_CHECK(given.block_count > 0 && map.dim() == 2, given.block_count, " blocks and a map of shape ", map.sizes());
    Chain chain{};
    chain.width = map.size(1);
    chain.bottleneck = retained(given.blocks[0].down_bias).numel();
    chain.outputs = map.size(0);
    for (int64_t size : {chain.width, chain.bottleneck, chain.outputs})
        TORCH_CHECK(size > 0 && size % 32 == 0, "a width of ", size, ", not a multiple of 32");
    chain.temperature = given.temperature;
    chain.isGELU = given.is_gelu;
    chain.first = tableOf(given.first, given.block_count, chain.width, inputs, held);
    chain.second = tableOf(given.second, given.block_count, chain.width, inputs, held);
    chain.items = chain.first.items;
    TORCH_CHECK(chain.first.isThere(), "a chain without a table");
    TORCH_CHECK(!chain.hasTwo() || chain.second.items == chain.items, "tables of a chain that are read for other items");
    const auto take = [&](CTorchTensor handle, at::IntArrayRef sizes, const char *name) {
        inputs.push_back(retained(handle));
        return numbers<float>(inputs.back(), sizes, name);
    };
    if (given.gates) chain.gates = take(given.gates, {given.block_count}, "gates");
    chain.map = take(given.map, {chain.outputs, chain.width}, "a map");
    for (int64_t i = 0; i < given.block_count; ++i) {
        const CTorchBlock &block = given.blocks[i];
        const float *down = take(block.down, {chain.bottleneck, chain.width}, "down weights");
        const float *downBias = take(block.down_bias, {chain.bottleneck}, "down biases");
        const float *up = take(block.up, {chain.width, chain.bottleneck}, "up weights");
        chain.blocks.push_back({down, downBias, up, take(block.up_bias, {chain.width}, "up biases")});
    }
    return chain;
}

} // namespace

} // namespace ctorch::chain

CTorchTensor ctorch_chains(const CTorchChain *chains, int64_t count) {
    ctorch::chain::ChainOperation operation{{}, {}, ctorch::isBFloat16InForce()};
    ctorch::variable_list inputs;
    TORCH_CHECK(count > 0, "no chain");
    for (int64_t i = 0; i < count; ++i) {
        operation.chains.push_back(ctorch::chain::chainOf(chains[i], inputs, operation.held));
        const auto &first = operation.chains.front(), &last = operation.chains.back();
        TORCH_CHECK(last.items == first.items && last.outputs == first.outputs, "chains over different items or of different results");
    }
    return ctorch::give(ctorch::recorded(operation, inputs));
}

bool ctorch_has_chain(void) { return ctorch::hasProductsInForce(); }
