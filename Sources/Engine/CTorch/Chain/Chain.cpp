#include "Chain.hpp"

#include <algorithm>

namespace ctorch {

void ChainTable::find(const char *name) {
    std::vector<int64_t> starts;  // the first row of each shard
    int64_t count = 0;
    for (const auto &shard : shards) {
        starts.push_back(count);
        count += shard.size(0);
    }
    const auto place = [&](size_t shard, int64_t row) {
        const auto &states = shards[shard];
        return static_cast<const char *>(states.const_data_ptr()) + row * states.stride(0) * states.element_size();
    };
    places.reserve(items());
    for (int64_t item = 0; item < items(); ++item) {
        const int64_t row = rows.defined() ? rows.const_data_ptr<int64_t>()[item] : item;
        TORCH_CHECK(row >= 0 && row < count, name, " has no row ", row);
        const size_t shard = std::upper_bound(starts.begin(), starts.end(), row) - starts.begin() - 1;
        places.push_back(place(shard, row - starts[shard]));
    }
}

void Chain::prepare() {
    TORCH_CHECK(first.isThere() && first.shards[0].dim() == 3, "a chain without a table [rows, layers, width]");
    const auto prepareTable = [&](ChainTable &table, const char *name) {
        const auto &own = table.shards[0];
        for (const auto &shard : table.shards)
            TORCH_CHECK(
                shard.dim() == 3 && shard.size(2) == width() && shard.stride(2) == 1 && shard.is_cpu() && shard.size(1) == own.size(1) &&
                    shard.stride(1) == own.stride(1) && shard.scalar_type() == own.scalar_type(),
                name, " is not a table [rows, layers, ", width(), "] in the processor's memory");
        const auto type = table.type();
        TORCH_CHECK(type == at::kFloat || type == at::kHalf || type == at::kBFloat16, name, " is of type ", type);
        TORCH_CHECK(static_cast<int64_t>(table.layers.size()) == blocks(), name, " has ", table.layers.size(), " layers");
        for (int64_t layer : table.layers) TORCH_CHECK(layer >= 0 && layer < own.size(1), name, " has no layer ", layer);
        TORCH_CHECK(
            table.rows.defined() ? table.rows.scalar_type() == at::kLong && table.rows.is_contiguous() && table.rows.is_cpu()
                                 : table.shards.size() == 1,
            name, "'s rows");
        TORCH_CHECK(table.items() == items(), name, " is read for ", table.items(), " items, not ", items());
        table.find(name);
    };
    TORCH_CHECK(blocks() > 0, "a chain without blocks");
    prepareTable(first, "the first table");
    if (hasTwo()) prepareTable(second, "the second table");
    const auto checkAll = [&](const std::vector<at::Tensor> &list, at::IntArrayRef sizes, const char *name) {
        TORCH_CHECK(static_cast<int64_t>(list.size()) == blocks(), list.size(), " ", name);
        for (const auto &tensor : list)
            TORCH_CHECK(
                tensor.sizes() == sizes && tensor.scalar_type() == at::kFloat && tensor.is_contiguous() && tensor.is_cpu(), name,
                " of shape ", tensor.sizes(), ", expected float32 ", sizes);
    };
    checkAll(downWeights, {bottleneck(), width()}, "down weights");
    checkAll(downBiases, {bottleneck()}, "down biases");
    checkAll(upWeights, {width(), bottleneck()}, "up weights");
    checkAll(upBiases, {width()}, "up biases");
    TORCH_CHECK(
        map.dim() == 2 && map.size(1) == width() && map.scalar_type() == at::kFloat && map.is_contiguous() && map.is_cpu(),
        "a map of shape ", map.sizes(), ", expected float32 [outputs, ", width(), "]");
    for (int64_t size : {width(), bottleneck(), outputs()}) TORCH_CHECK(size % 32 == 0, "a width of ", size, ", not a multiple of 32");
    if (gates.defined())
        TORCH_CHECK(
            gates.sizes() == at::IntArrayRef{blocks()} && gates.scalar_type() == at::kFloat && gates.is_contiguous() && gates.is_cpu(),
            "gates of shape ", gates.sizes(), ", expected float32 [", blocks(), "]");
}

} // namespace ctorch
