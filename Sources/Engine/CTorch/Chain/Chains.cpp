#include "ShareBackward.hpp"
#include "ShareForward.hpp"

#include <ATen/Parallel.h>
#include <ATen/ops/zeros.h>

#include <atomic>
#include <memory>
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
/// dz (D x), and sum of dh h = sum of dh x + sum of dh (U a) + c sum of dh, so that no state is read again. Where the gate is closed x is
/// nearly h, and their difference is lost in the rounding of x; there A - h = (A - x) / (1 - g), and the slope times the sum of
/// dx (A - h) is g sum of dx (A - x).
at::Tensor gateGradients(const Chain &chain, const SegmentGradients &gradients) {
    const auto biased = [](const at::Tensor &bias, const at::Tensor &all, int64_t block) {
        return rows::dot(data<float>(all) + block * all.size(1), bias.const_data_ptr<float>(), bias.numel());
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
            const double ofDown = dots[1] - biased(chain.downBiases[block], gradients.downBiases, block);
            gradient = Factors::isClosed(chain, block) ? factors.q * dots[3] : factors.p * (dots[0] + ofDown) - before;
            before = dots[0] + dots[2] + biased(chain.upBiases[block], gradients.upBiases, block);
        }
        data<float>(result)[block] = static_cast<float>(gradient / chain.temperature);
    }
    return result;
}

/// The segments of a chain, and how many of its items have been added up in each of them.
struct Segments {
    Segments(int64_t items) : length(segmentLength(items)), gradients((items + length - 1) / length), ends(gradients.size()) {}

    int64_t length;
    std::vector<SegmentGradients> gradients;
    std::vector<std::atomic<int64_t>> ends;  // behind the last item that was added
};

/// Takes all segments back through their chains; each thread adds the items of its shares.
template <typename Number>
void addSegments(
    const std::vector<Chain> &chains, const ChainMemory &memory, const at::Tensor &output, const std::vector<at::Tensor> &first,
    const std::vector<at::Tensor> &second, std::vector<std::unique_ptr<Segments>> &all) {
    std::atomic<bool> hasFailed = false;
    const auto run = [&](const Share &share, const ShareMemory &own) {
        Segments &segments = *all[share.chain];
        ShareBackward<Number> backward(chains[share.chain], share, own, first[share.chain], second[share.chain]);
        const float *gradient = output.const_data_ptr<float>() + share.begin * output.size(1);
        for (int64_t part = backward.ranges().parts(); part-- > 0;) {
            const int64_t segment = backward.ranges().segment(part), begin = share.begin + backward.ranges().begin(part);
            const bool adds = begin > segment * segments.length;
            if (!adds) segments.gradients[segment].make(chains[share.chain]);
            while (adds && segments.ends[segment].load() < begin) {
                // What a thread that failed owes never comes.
                if (hasFailed.load()) return;
                std::this_thread::yield();
            }
            backward.run(part, gradient, segments.gradients[segment], adds);
            segments.ends[segment].store(share.begin + backward.ranges().end(part));
        }
    };
    inParallel(static_cast<int64_t>(memory.shares.size()), [&](int64_t thread) {
        try {
            // From the last items to the first: what the next thread adds to comes first, and what adds to the thread before comes last.
            for (size_t i = memory.shares[thread].size(); i-- > 0 && !hasFailed.load();)
                run(memory.shares[thread][i], memory.memories[thread][i]);
        } catch (...) {
            hasFailed.store(true);
            throw;
        }
    });
}

/// Adds up the segments of all chains, in their order, in the first one of each.
void addUp(std::vector<std::unique_ptr<Segments>> &all) {
    struct Piece {
        Segments *segments;
        at::Tensor SegmentGradients::*kind;
        int64_t begin, count;
    };
    constexpr int64_t length = 1 << 14;
    std::vector<Piece> pieces;
    for (const auto &segments : all) {
        if (segments->gradients.size() < 2) continue;
        for (size_t i = 1; i < segments->gradients.size(); ++i) segments->gradients[0].dots += segments->gradients[i].dots;
        for (auto kind : {&SegmentGradients::downWeights, &SegmentGradients::transposedUps, &SegmentGradients::map,
                          &SegmentGradients::downBiases, &SegmentGradients::upBiases}) {
            const int64_t count = (segments->gradients[0].*kind).numel();
            for (int64_t begin = 0; begin < count; begin += length)
                pieces.push_back({segments.get(), kind, begin, std::min(length, count - begin)});
        }
    }
    inParallel(static_cast<int64_t>(pieces.size()), [&](int64_t number) {
        const Piece &piece = pieces[number];
        const auto at = [&](size_t segment) { return data<float>(piece.segments->gradients[segment].*piece.kind) + piece.begin; };
        for (size_t segment = 1; segment < piece.segments->gradients.size(); ++segment) rows::add(at(0), at(segment), piece.count);
    });
}

/// U's gradients in U's own order.
at::Tensor upGradients(const Chain &chain, const at::Tensor &transposed) {
    const at::Tensor result = buffer({chain.blocks(), chain.width(), chain.bottleneck()});
    inParallel(chain.blocks(), [&](int64_t block) {
        forEachPanel(chain.width(), [&](int64_t column, int64_t columns) {
            const int64_t place = column * chain.bottleneck();
            rows::transpose(
                at3<float>(result, block, 0) + place, chain.bottleneck(), at3<float>(transposed, block, 0) + place, columns,
                chain.bottleneck(), columns);
        });
    });
    return result;
}

template <typename Number>
std::vector<ChainGradients> backward(
    const std::vector<Chain> &chains, const ChainMemory &memory, const at::Tensor &outputGradient,
    const std::vector<TableGradients> &tables) {
    const at::Tensor output = outputGradient.to(at::kFloat).contiguous();
    const size_t count = chains.size();
    std::vector<at::Tensor> first(count), second(count);
    std::vector<std::unique_ptr<Segments>> all;
    for (size_t i = 0; i < count; ++i) {
        // In row order, whatever the order of the table itself.
        if (tables[i].ofFirst) first[i] = at::zeros(chains[i].first.shards[0].sizes(), at::kFloat);
        if (tables[i].ofSecond) second[i] = at::zeros(chains[i].second.shards[0].sizes(), at::kFloat);
        all.push_back(std::make_unique<Segments>(chains[i].items()));
    }
    addSegments<Number>(chains, memory, output, first, second, all);
    addUp(all);
    std::vector<ChainGradients> gradients;
    for (size_t i = 0; i < count; ++i) {
        const Chain &chain = chains[i];
        SegmentGradients sum;
        if (all[i]->gradients.empty()) {  // no items
            sum.make(chain);
            for (const auto *tensor : {&sum.downWeights, &sum.transposedUps, &sum.map}) tensor->zero_();
        } else {
            sum = all[i]->gradients[0];
        }
        const at::Tensor gates = chain.gates.defined() ? gateGradients(chain, sum) : at::Tensor();
        gradients.push_back(
            {sum.downWeights, sum.downBiases, upGradients(chain, sum.transposedUps), sum.upBiases, gates, sum.map, first[i], second[i]});
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
