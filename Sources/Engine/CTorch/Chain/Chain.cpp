#include "Chain.hpp"

namespace ctorch {

void Chain::check() const {
    const auto checkTable = [&](const ChainTable &table, const char *name) {
        TORCH_CHECK(
            table.states.dim() == 3 && table.states.size(2) == width() && table.states.stride(2) == 1 && table.states.is_cpu(), name,
            " is not a table [rows, layers, ", width(), "] in the processor's memory");
        const auto type = table.states.scalar_type();
        TORCH_CHECK(type == at::kFloat || type == at::kHalf || type == at::kBFloat16, name, " is of type ", type);
        TORCH_CHECK(static_cast<int64_t>(table.layers.size()) == blocks(), name, " has ", table.layers.size(), " layers");
        for (int64_t layer : table.layers)
            TORCH_CHECK(layer >= 0 && layer < table.states.size(1), name, " has no layer ", layer);
        const int64_t count = table.rows.defined() ? table.rows.size(0) : table.states.size(0);
        TORCH_CHECK(count == items(), name, " is read for ", count, " items, not ", items());
        if (!table.rows.defined()) return;
        TORCH_CHECK(table.rows.scalar_type() == at::kLong && table.rows.is_contiguous() && table.rows.is_cpu(), name, "'s rows");
        const int64_t *rows = table.rows.const_data_ptr<int64_t>();
        for (int64_t i = 0; i < count; ++i)
            TORCH_CHECK(rows[i] >= 0 && rows[i] < table.states.size(0), name, " has no row ", rows[i]);
    };
    TORCH_CHECK(blocks() > 0, "a chain without blocks");
    checkTable(first, "the first table");
    if (hasTwo()) checkTable(second, "the second table");
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
