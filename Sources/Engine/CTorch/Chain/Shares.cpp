#include "ChainParts.hpp"

#include <algorithm>

namespace ctorch {

int64_t segmentLength(int64_t items) {
    const int64_t segments = std::clamp<int64_t>(items / chain::leastSegment, 1, chain::mostSegments);
    return chain::roundedUp(std::max<int64_t>(1, (items + segments - 1) / segments), chain::tileRows);
}

int64_t Share::rows() const { return chain::roundedUp(count, chain::rowMultiple); }

std::vector<std::vector<Share>> sharedOut(const std::vector<Chain> &chains, int64_t threads) {
    // The work of all chains in a row, cut into equal parts.
    const int64_t items = chains[0].items();
    // Over two tables a chain takes half as long again, as measured: states of both are read in both passes.
    const auto cost = [](const Chain &chain) { return (chain.hasTwo() ? 3 : 2) * chain.blocks() * chain.width() * chain.bottleneck(); };
    int64_t total = 0;
    for (const Chain &chain : chains) total += cost(chain) * items;
    std::vector<std::vector<Share>> shares(threads);
    int64_t before = 0;
    for (size_t i = 0; i < chains.size(); ++i) {
        const int64_t own = cost(chains[i]);
        const auto item = [&](int64_t thread) {
            if (thread == threads) return items;
            const double place = (static_cast<double>(total) / threads * thread - before) / own;
            return std::clamp<int64_t>(std::lround(place / chain::tileRows) * chain::tileRows, 0, items);
        };
        for (int64_t thread = 0; thread < threads; ++thread) {
            const int64_t begin = item(thread), end = item(thread + 1);
            if (begin < end) shares[thread].push_back({static_cast<int64_t>(i), begin, end - begin});
        }
        before += own * items;
    }
    return shares;
}

} // namespace ctorch
