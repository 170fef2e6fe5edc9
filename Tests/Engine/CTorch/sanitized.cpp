// Runs CTorch's own operators and its interface in many shapes, forward and backward, on several threads and into their error paths:
// what AddressSanitizer and UndefinedBehaviorSanitizer watch (Tools/Test/sanitize). Values are compared by the tests in Swift.
#include "../../../Sources/Engine/CTorch/Guard.hpp"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <ATen/autocast_mode.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <torch/csrc/autograd/autograd.h>

#include <cstdio>
#include <cstdlib>

extern "C" const CTorchFunctions ctorch_functions;

namespace {

int failures = 0;

void expect(bool isTrue, const char *what) {
    if (isTrue) return;
    std::printf("wrong: %s\n", what);
    ++failures;
}

/// Calls an operator of ours by its name; the first result.
template <typename... Arguments> at::Tensor call(const char *name, Arguments... arguments) {
    const auto handle = c10::Dispatcher::singleton().findSchemaOrThrow(name, "");
    torch::jit::Stack stack;
    (stack.push_back(c10::IValue(std::move(arguments))), ...);
    handle.callBoxed(&stack);
    return stack[0].isTensor() ? stack[0].toTensor() : stack[0].toTensorVector()[0];
}

template <typename Body> bool isRefused(const Body &body) {
    try {
        body();
        return false;
    } catch (const c10::Error &) { return true; }
}

at::Tensor trained(at::IntArrayRef sizes) { return (at::randn(sizes) * 0.2).set_requires_grad(true); }
at::Tensor indices(std::vector<int64_t> values) { return at::tensor(values, at::kLong); }
void backward(const at::Tensor &result) { torch::autograd::backward({(result * at::randn_like(result)).sum()}); }

using Tensors = c10::List<at::Tensor>;
using Optionals = c10::List<std::optional<at::Tensor>>;
using Integers = c10::List<int64_t>;

/// Chains over one and two tables, in shards, with and without rows and gates.
void chains(int64_t items, int64_t width, at::ScalarType type, bool hasGates, bool hasRows, bool isGELU, bool turnsTable) {
    const int64_t layers = 3, bottleneck = 32, outputs = 32;
    Tensors tables, maps, downs, downBiases, ups, upBiases;
    Integers shards, chosen, blocks;
    Optionals rows, gates, means, scales;
    const auto table = [&] {
        if (!hasRows) {
            at::Tensor own = turnsTable ? at::randn({layers, items, width}).transpose(0, 1) : at::randn({items, layers, width});
            tables.push_back(own.to(type).detach().set_requires_grad(type == at::kFloat));
            shards.push_back(1);
            rows.push_back(std::nullopt);
        } else {
            for (int64_t count : {5, 0, 41}) tables.push_back(at::randn({count, layers, width}).to(type));
            shards.push_back(3);
            rows.push_back(at::randint(46, {items}, at::kLong));
        }
        for (int64_t layer = 0; layer < layers; ++layer) chosen.push_back(layer);
        // One of two tables that are read by rows is scaled, the other is not.
        const bool isScaled = hasRows && tables.size() == 3;
        means.push_back(isScaled ? std::optional(at::randn({layers, width})) : std::nullopt);
        scales.push_back(isScaled ? std::optional(at::rand({layers, width})) : std::nullopt);
    };
    for (bool hasTwo : {false, true}) {
        table();
        if (hasTwo) table();
        else shards.push_back(0), rows.push_back(std::nullopt), means.push_back(std::nullopt), scales.push_back(std::nullopt);
        blocks.push_back(layers);
        if (hasGates) gates.push_back(at::tensor({-0.5f, 0.0f, 0.4f}).set_requires_grad(true));
        else gates.push_back(std::nullopt);
        maps.push_back(trained({outputs, width}));
        for (int64_t layer = 0; layer < layers; ++layer) {
            downs.push_back(trained({bottleneck, width}));
            downBiases.push_back(trained({bottleneck}));
            ups.push_back(trained({width, bottleneck}));
            upBiases.push_back(trained({width}));
        }
    }
    const auto run = [&](const Optionals &itsRows) {
        return call(
            "iisan::bottleneck_chains", tables, shards, itsRows, chosen, blocks, gates, 0.1, maps, downs, downBiases, ups, upBiases,
            std::string(isGELU ? "gelu" : "relu"), means, scales);
    };
    backward(run(rows));
    {
        const at::NoGradGuard without;
        run(rows);
    }
    if (hasRows && items > 0) {
        Optionals foreign;
        for (size_t i = 0; i < rows.size(); ++i) foreign.push_back(rows.get(i).has_value() ? std::optional<at::Tensor>(at::full({items}, 46, at::kLong)) : std::nullopt);
        expect(isRefused([&] { run(foreign); }), "rows that a table does not have");
    }
}

void histories(std::vector<int64_t> lengths, int64_t width, int64_t heads, double dropout) {
    std::vector<int64_t> starts{0}, positions;
    for (int64_t length : lengths) {
        starts.push_back(starts.back() + length);
        for (int64_t i = 0; i < length; ++i) positions.push_back(i);
    }
    Tensors parameters;
    for (auto sizes : std::vector<std::vector<int64_t>>{{140, width}, {width}, {width}}) parameters.push_back(trained(sizes));
    for (int block = 0; block < 2; ++block) {
        for (int i = 0; i < 4; ++i) parameters.push_back(trained({width, width}));
        for (int i = 0; i < 2; ++i) parameters.push_back(trained({width}));
        parameters.push_back(trained({4 * width, width}));
        parameters.push_back(trained({4 * width}));
        parameters.push_back(trained({width, 4 * width}));
        for (int i = 0; i < 3; ++i) parameters.push_back(trained({width}));
    }
    const auto items = trained({starts.back(), width});
    backward(call("iisan::history_blocks", items, indices(positions), indices(starts), heads, 1e-6, dropout, parameters));
    expect(
        isRefused([&] {
            call("iisan::history_blocks", items, indices(positions), indices({0, starts.back() + 1}), heads, 1e-6, 0.0, parameters);
        }),
        "histories behind the last row");
}

void losses(int64_t rows, int64_t items) {
    std::vector<int64_t> users, targets, ownUsers, ownItems;
    for (int64_t row = 0; row < rows; ++row) {
        users.push_back((row * 7) % (rows / 3 + 1));
        targets.push_back(row % items);
    }
    for (int64_t user = 0; user <= rows / 3; ++user)
        for (int64_t i = 0; i < 3; ++i) ownUsers.push_back(user), ownItems.push_back((user + i * 5) % items);
    const auto run = [&](const std::vector<int64_t> &whose) {
        return call(
            "iisan::row_losses", trained({rows, 16}), trained({items, 16}), at::randn({items}), at::zeros({items}), indices(users),
            indices(targets), indices(whose), indices(ownItems));
    };
    backward(run(ownUsers));
    if (rows > 6) expect(isRefused([&] { run({ownUsers.rbegin(), ownUsers.rend()}); }), "pairs out of order");
}

void ranks(int64_t rows, int64_t items) {
    std::vector<int64_t> targets, maskedRows, maskedItems;
    for (int64_t row = 0; row < rows; ++row) {
        targets.push_back(row % items);
        for (int64_t i = 0; i < row % 3; ++i) maskedRows.push_back(row), maskedItems.push_back(i % items);
    }
    const auto scores = at::randn({rows, items});
    call("iisan::count_ranks", scores, indices(targets), indices(maskedRows), indices(maskedItems));
    expect(isRefused([&] { call("iisan::count_ranks", scores, indices(targets), indices({rows}), indices({0})); }), "a row behind the last");
}

/// The interface: what fails says so and leaves a message.
void interface() {
    const auto &all = ctorch_functions;
    for (int32_t count : {0, -1, 1025, INT32_MAX}) expect(!all.set_thread_count(count) && *all.error() != 0, "a number of threads");
    expect(all.find_operator("aten::nothing", "") == nullptr, "an operator that is not there");
    int64_t sizes[] = {2, 3};
    float numbers[6] = {1, 2, 3, 4, 5, 6};
    int released = 0;
    const auto release = [](void *context) { ++*static_cast<int *>(context); };
    CTorchTensor tensor = all.over_memory(numbers, sizes, 2, 6, release, &released);
    expect(all.rank(tensor) == 2 && all.size(tensor, 1) == 3 && all.size(tensor, 2) == -1, "sizes");
    expect(all.over_memory(numbers, sizes, 2, 99, release, &released) == nullptr && released == 0, "memory of an unknown type");
    CTorchTensor second = all.retain(tensor);
    all.release(tensor);
    expect(released == 0, "a tensor that another reference holds");
    const auto huge = all.find_operator("aten::zeros", "");
    int64_t most[] = {int64_t{1} << 50};
    CTorchArgument argument{CTORCH_INTS, 0, 1, 0, nullptr};
    CTorchTensor result = nullptr;
    expect(all.call(huge, &argument, 1, nullptr, most, &result, 1) == -1 && result == nullptr && *all.error() != 0, "memory that runs out");
    expect(all.call(huge, &argument, 1, nullptr, sizes, &result, 0) == -1, "more results than there is room for");
    expect(!all.backward(second) && !all.synchronize(1, 99) && all.random_state(1, 99) == nullptr, "devices that are not there");
    all.release(second);
    expect(released == 1, "memory of a tensor that is gone");
}

} // namespace

/// Searches in blocks of odd sizes, with codes and without.
void searches(int64_t width, int32_t count, int64_t top) {
    const CTorchFunctions &c = ctorch_functions;
    const int64_t rows[] = {512, 333};
    const at::Tensor vectors = at::randn({845, width}), asked = at::randn({count, width}), terms = at::rand({3});
    const at::Tensor means = at::zeros({width}), deviations = at::ones({width});
    std::vector<std::vector<float>> lengths(2), scales(2);
    std::vector<std::vector<uint8_t>> codes(2);
    CTorchSearchBlock blocks[2];
    for (int i = 0; i < 2; ++i) {
        const float *mine = vectors.const_data_ptr<float>() + i * 512 * width;
        const int64_t padded = (rows[i] + 15) / 16 * 16;
        lengths[i].resize((rows[i] + 255) / 256);
        scales[i].resize(3 * padded);
        codes[i].resize(padded * ((width + 3) / 4 * 4));
        bool isFinite = false;
        expect(c.search_lengths(mine, rows[i], width, lengths[i].data(), &isFinite) && isFinite, "lengths");
        expect(
            c.search_codes(
                mine, rows[i], width, means.const_data_ptr<float>(), deviations.const_data_ptr<float>(), codes[i].data(), scales[i].data()),
            "codes");
        blocks[i] = {mine, lengths[i].data(), rows[i], codes[i].data(), scales[i].data()};
    }
    const int32_t skipped[] = {0, 844}, termed[] = {1, 511, 600};
    std::vector<uint64_t> leftOut(14, 0x8000000000000001);
    std::vector<int32_t> found[2];
    for (bool isCoded : {false, true}) {
        const CTorchSearchRows all{
            blocks, 2, width, isCoded ? means.const_data_ptr<float>() : nullptr, isCoded ? deviations.const_data_ptr<float>() : nullptr};
        std::vector<double> scores(count * top);
        found[isCoded].resize(count * top);
        std::vector<CTorchQuestion> questions;
        for (int32_t i = 0; i < count; ++i)
            questions.push_back(
                {asked.const_data_ptr<float>() + i * width, skipped, 2, termed, terms.const_data_ptr<float>(), 3, scores.data() + i * top,
                 found[isCoded].data() + i * top, 0});
        int64_t scored;
        bool usedCodes;
        expect(c.search(&all, questions.data(), count, top, leftOut.data(), &scored, &usedCodes), "search");
    }
    expect(found[0] == found[1], "codes find what products find");
}

int main() {
    at::manual_seed(1);
    interface();
    for (int64_t width : {8, 31, 64})
        for (int32_t count : {1, 3, 8, 21})
            for (int64_t top : {1, 10, 845}) searches(width, count, top);
    for (int threads : {1, 2, 3, 8}) {
        at::set_num_threads(threads);
        for (bool inBFloat16 : {false, true}) {
            at::autocast::set_autocast_enabled(at::kCPU, inBFloat16);
            at::autocast::set_autocast_dtype(at::kCPU, at::kBFloat16);
            if (!ctorch_functions.has_chain()) continue;
            for (int64_t items : {0, 1, 33, 300, 700})
                for (bool hasGates : {false, true}) {
                    chains(items, 64, at::kHalf, hasGates, true, false, false);
                    chains(items, 160, at::kFloat, hasGates, false, true, true);
                    chains(items, 32, at::kBFloat16, hasGates, true, true, false);
                }
        }
        at::autocast::set_autocast_enabled(at::kCPU, false);
        if (ctorch_functions.has_chain())
            for (double dropout : {0.0, 0.3}) {
                histories({3, 1, 10, 2, 7}, 64, 2, dropout);
                histories({0, 130, 0, 3}, 48, 3, dropout);
                histories(std::vector<int64_t>(90, 9), 16, 1, dropout);
                histories({}, 32, 2, dropout);
            }
        for (int64_t rows : {1, 7, 200}) losses(rows, 23), ranks(rows, 57);
        ctorch_functions.release(ctorch_functions.dropout_factors(70'000, 0.4));
        expect(ctorch_functions.dropout_factors(3, 1) == nullptr, "dropout of everything");
    }
    std::printf("%d wrong\n", failures);
    return failures == 0 ? 0 : 1;
}
