// Runs CTorch's own functions and its interface in many shapes, forward and backward, on several threads and into their error paths:
// what AddressSanitizer and UndefinedBehaviorSanitizer watch (Tools/Test/sanitize). Values are compared by the tests in Swift.
#include "../../../Sources/Engine/CTorch/Guard.hpp"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <ATen/autocast_mode.h>
#include <torch/csrc/autograd/autograd.h>

#include <cstdio>
#include <cstdlib>
#include <deque>
#include <vector>

extern "C" const CTorchFunctions ctorch_functions;

namespace {

int failures = 0;

void expect(bool isTrue, const char *what) {
    if (isTrue) return;
    std::printf("wrong: %s\n", what);
    ++failures;
}

/// Handles and lists that a call reads, which live until the end.
struct Loan {
    CTorchTensor operator()(const at::Tensor &tensor) {
        return reinterpret_cast<CTorchTensor>(tensors.emplace_back(tensor).unsafeGetTensorImpl());
    }
    std::deque<at::Tensor> tensors;
};

/// The tensor of a result, or what the function's message says.
at::Tensor taken(CTorchTensor result) {
    TORCH_CHECK(result != nullptr, ctorch_functions.error());
    const at::Tensor tensor = ctorch::retained(result);
    ctorch_functions.release(result);
    return tensor;
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

/// Chains over one and two tables, in shards, with and without rows and gates.
void chains(int64_t items, int64_t width, at::ScalarType type, bool hasGates, bool hasRows, bool isGELU, bool turnsTable) {
    const int64_t layers[] = {0, 1, 2}, count = 3, bottleneck = 32, outputs = 32;
    Loan lend;
    std::deque<std::vector<CTorchTensor>> shards;
    const auto table = [&](bool isScaled) {
        CTorchTable table{};
        auto &own = shards.emplace_back();
        if (!hasRows) {
            at::Tensor all = turnsTable ? at::randn({count, items, width}).transpose(0, 1) : at::randn({items, count, width});
            own.push_back(lend(all.to(type).detach().set_requires_grad(type == at::kFloat)));
        } else {
            for (int64_t rows : {5, 0, 41}) own.push_back(lend(at::randn({rows, count, width}).to(type)));
            table.rows = lend(at::randint(46, {items}, at::kLong));
        }
        table.shards = own.data();
        table.shard_count = static_cast<int64_t>(own.size());
        table.layers = layers;
        if (hasRows && isScaled) table.means = lend(at::randn({count, width})), table.scales = lend(at::rand({count, width}));
        return table;
    };
    std::vector<CTorchChain> all;
    std::deque<std::vector<CTorchBlock>> blocks;
    for (bool hasTwo : {false, true}) {
        auto &own = blocks.emplace_back();
        for (int64_t i = 0; i < count; ++i)
            own.push_back(
                {lend(trained({bottleneck, width})), lend(trained({bottleneck})), lend(trained({width, bottleneck})),
                 lend(trained({width}))});
        // One of the tables that are read by rows is scaled, the others are not.
        all.push_back(
            {table(!hasTwo), hasTwo ? table(false) : CTorchTable{}, own.data(), count,
             hasGates ? lend(at::tensor({-0.5f, 0.0f, 0.4f}).set_requires_grad(true)) : nullptr, 0.1, lend(trained({outputs, width})),
             isGELU});
    }
    const auto run = [&] { return taken(ctorch_functions.chains(all.data(), static_cast<int64_t>(all.size()))); };
    backward(run());
    {
        const at::NoGradGuard without;
        run();
    }
    if (hasRows && items > 0) {
        all[1].second.rows = lend(at::full({items}, 46, at::kLong));
        expect(isRefused(run), "rows that a table does not have");
    }
}

void histories(std::vector<int64_t> lengths, int64_t width, int64_t heads, double dropout) {
    std::vector<int64_t> starts{0}, positions;
    for (int64_t length : lengths) {
        starts.push_back(starts.back() + length);
        for (int64_t i = 0; i < length; ++i) positions.push_back(i);
    }
    Loan lend;
    std::vector<CTorchTensor> parameters;
    const auto add = [&](at::IntArrayRef sizes) { parameters.push_back(lend(trained(sizes))); };
    for (auto sizes : std::vector<std::vector<int64_t>>{{140, width}, {width}, {width}}) add(sizes);
    for (int block = 0; block < 2; ++block) {
        for (int i = 0; i < 4; ++i) add({width, width});
        for (int i = 0; i < 2; ++i) add({width});
        add({4 * width, width});
        add({4 * width});
        add({width, 4 * width});
        for (int i = 0; i < 3; ++i) add({width});
    }
    CTorchHistories given{
        lend(trained({starts.back(), width})), lend(indices(positions)), lend(indices(starts)), heads, 1e-6, dropout,
        parameters.data(), static_cast<int64_t>(parameters.size())};
    const auto run = [&] { return taken(ctorch_functions.history_blocks(&given)); };
    backward(run());
    given.starts = lend(indices({0, starts.back() + 1}));
    expect(isRefused(run), "histories behind the last row");
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
        Loan lend;
        const CTorchRowLosses given{
            lend(trained({rows, 16})), lend(trained({items, 16})), lend(at::randn({items})), lend(at::zeros({items})),
            lend(indices(users)), lend(indices(targets)), lend(indices(whose)), lend(indices(ownItems))};
        return taken(ctorch_functions.row_losses(&given));
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
    Loan lend;
    const CTorchTensor scores = lend(at::randn({rows, items})), all = lend(indices(targets));
    taken(ctorch_functions.count_ranks(scores, all, lend(indices(maskedRows)), lend(indices(maskedItems))));
    expect(ctorch_functions.count_ranks(scores, all, lend(indices({rows})), lend(indices({0}))) == nullptr, "a row behind the last");
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
