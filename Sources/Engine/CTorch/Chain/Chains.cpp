#include "ShareBackward.hpp"
#include "ShareForward.hpp"

#include <ATen/Parallel.h>
#include <ATen/ops/zeros.h>
#include <ATen/ops/zeros_like.h>

#include <atomic>
#include <thread>

namespace ctorch {

namespace {

using namespace chain;

template <typename Number>
void forward(const std::vector<Chain> &chains, const std::vector<std::vector<Share>> &shares, ChainMemory *memory, std::vector<at::Tensor> &outputs) {
    inParallel(static_cast<int64_t>(shares.size()), [&](int64_t thread) {
        for (size_t i = 0; i < shares[thread].size(); ++i) {
            const Share &share = shares[thread][i];
            const at::Tensor &output = outputs[share.chain];
            ShareForward<Number>(chains[share.chain], share, memory ? &memory->memories[thread][i] : nullptr)
                .run(data<float>(output) + share.begin * output.size(1));
        }
    });
}

/// The gradients of theta.
///
/// Over two tables: slope g (1 - g) times the sum of dx (A - B). Over one, A - h = (x - h) / g, and so the slope times the sum of
/// dx (A - h) is (1 - g) sum of dx x - sum of dh h, with h and dh of the block before; where sum of dx x = sum of dh x + sum of
/// dz (D x), and sum of dh h = sum of dh x + sum of dh (U a) + c sum of dh, so that no state is read again.
at::Tensor gateGradients(const Chain &chain, const ShareGradients &gradients) {
    const auto biased = [](const at::Tensor &bias, const at::Tensor &ofBias) {
        return rows::dot(data<float>(ofBias), bias.const_data_ptr<float>(), bias.numel());
    };
    const at::Tensor result = buffer({chain.blocks()});
    double before = 0;  // sum of dh h of the block before
    for (int64_t block = 0; block < chain.blocks(); ++block) {
        const Factors factors = Factors::of(chain, block);
        const double *dots = gradients.dots.const_data_ptr<double>() + 4 * block;
        double gradient;
        if (chain.hasTwo()) {
            gradient = factors.q * factors.s * dots[3];
        } else {
            // The activations and sums hold b, D x does not.
            const double ofDown = dots[1] - biased(chain.downBiases[block], gradients.all.downBiases[block]);
            gradient = factors.p * (dots[0] + ofDown) - before;
            before = dots[0] + dots[2] + biased(chain.upBiases[block], gradients.all.upBiases[block]);
        }
        data<float>(result)[block] = static_cast<float>(gradient / chain.temperature);
    }
    return result;
}

/// Adds up what two shares give to the gradients of their chain.
void add(ShareGradients &sum, const ShareGradients &other) {
    auto &all = sum.all;
    all.downWeights += other.all.downWeights;
    all.upWeights += other.all.upWeights;
    all.downBiases += other.all.downBiases;
    all.upBiases += other.all.upBiases;
    all.map += other.all.map;
    sum.dots += other.dots;
}

template <typename Number>
std::vector<ChainGradients> backward(
    const std::vector<Chain> &chains, const ChainMemory &memory, const at::Tensor &outputGradient,
    const std::vector<TableGradients> &tables) {
    const at::Tensor output = outputGradient.to(at::kFloat).contiguous();
    const size_t count = chains.size();
    std::vector<ShareGradients> sums(count);
    std::vector<at::Tensor> first(count), second(count);
    for (size_t i = 0; i < count; ++i) {
        if (tables[i].ofFirst) first[i] = at::zeros_like(chains[i].first.shards[0], at::kFloat);
        if (tables[i].ofSecond) second[i] = at::zeros_like(chains[i].second.shards[0], at::kFloat);
    }
    const auto &shares = memory.shares;
    std::vector<std::vector<ShareGradients>> parts;
    for (const auto &own : shares) parts.emplace_back(own.size());
    // A thread's last share comes first, so that the next thread, whose first share is of the same chain and comes last, can add to it.
    std::vector<std::atomic<bool>> areLastDone(shares.size());
    const auto addsToBefore = [&](size_t thread) {
        return thread > 0 && shares[thread].size() > 1 && !shares[thread - 1].empty() &&
            shares[thread - 1].back().chain == shares[thread].front().chain;
    };
    const auto run = [&](size_t thread, size_t i) {
        const Share &share = shares[thread][i];
        const size_t chain = share.chain;
        const bool adds = i == 0 && addsToBefore(thread);
        while (adds && !areLastDone[thread - 1].load()) std::this_thread::yield();
        const float *gradient = output.const_data_ptr<float>() + share.begin * output.size(1);
        const ShareGradients *sum = adds ? &parts[thread - 1].back() : nullptr;
        parts[thread][i] =
            ShareBackward<Number>(chains[chain], share, memory.memories[thread][i], first[chain], second[chain], sum).run(gradient);
    };
    inParallel(static_cast<int64_t>(shares.size()), [&](int64_t thread) {
        try {
            for (size_t i = shares[thread].size(); i-- > 0;) {
                run(thread, i);
                areLastDone[thread].store(true);
            }
        } catch (...) {
            // Nobody may wait for what will not come; who adds to nothing fails too.
            for (auto &isDone : areLastDone) isDone.store(true);
            throw;
        }
    });
    for (size_t thread = 0; thread < shares.size(); ++thread)
        for (size_t i = 0; i < shares[thread].size(); ++i) {
            auto &sum = sums[shares[thread][i].chain];
            if (!sum.dots.defined()) sum = parts[thread][i];
            else if (i > 0 || !addsToBefore(thread)) add(sum, parts[thread][i]);
        }
    std::vector<ChainGradients> gradients;
    for (size_t i = 0; i < count; ++i) {
        const Chain &chain = chains[i];
        auto &all = sums[i].all;
        if (!sums[i].dots.defined()) {  // no items
            all.downWeights = at::zeros({chain.blocks(), chain.bottleneck(), chain.width()}, at::kFloat);
            all.upWeights = at::zeros({chain.blocks(), chain.width(), chain.bottleneck()}, at::kFloat);
            all.downBiases = at::zeros({chain.blocks(), chain.bottleneck()}, at::kFloat);
            all.upBiases = at::zeros({chain.blocks(), chain.width()}, at::kFloat);
            all.map = at::zeros_like(chain.map);
            sums[i].dots = at::zeros({chain.blocks(), 4}, at::kDouble);
        }
        if (chain.gates.defined()) all.gates = gateGradients(chain, sums[i]);
        all.first = first[i];
        all.second = second[i];
        gradients.push_back(all);
    }
    return gradients;
}

} // namespace

at::Tensor chainsForward(const std::vector<Chain> &chains, bool inBFloat16, ChainMemory *memory) {
    const auto shares = sharedOut(chains, std::max(1, at::get_num_threads()));
    if (memory) {
        memory->isBFloat16 = inBFloat16;
        memory->shares = shares;
        for (const auto &own : shares) memory->memories.emplace_back(own.size());
    }
    std::vector<at::Tensor> outputs;
    for (const Chain &chain : chains) outputs.push_back(buffer({chain.items(), chain.outputs()}));
    if (inBFloat16) forward<at::BFloat16>(chains, shares, memory, outputs);
    else forward<float>(chains, shares, memory, outputs);
    for (size_t i = 1; i < outputs.size(); ++i) outputs[0] += outputs[i];
    return outputs[0];
}

std::vector<ChainGradients> chainsBackward(
    const std::vector<Chain> &chains, const ChainMemory &memory, const at::Tensor &output, const std::vector<TableGradients> &tables) {
    return memory.isBFloat16 ? backward<at::BFloat16>(chains, memory, output, tables) : backward<float>(chains, memory, output, tables);
}

} // namespace ctorch
