#include "Chain.hpp"

#include <algorithm>

namespace ctorch::chain {

namespace {

/// The fewest items of a share, and the most shares: each has memory of its own for gradients, which takes time to add up. Fewer items than
/// two shares', if they are not few, are two shares all the same: the work of several chains can then be shared out evenly.
constexpr int64_t leastShare = 256, mostShares = 16, leastOfTwo = 128;
constexpr int64_t rowMultiple = 32;

/// Memory in the order of its members, and how many bytes it takes.
template <typename Number> int64_t cut(Memory<Number> &memory, const Chain &chain, const Share &share, void *start) {
    Cut cut{static_cast<char *>(start)};
    const int64_t blocks = chain.count(), inner = blocks * share.rows * chain.bottleneck;
    memory.inputs = cut.take<Number>((blocks + 1) * share.rows * chain.width);
    memory.activations = cut.take<Number>(inner);
    memory.transposedActivations = cut.take<Number>(inner);
    memory.sums = chain.isGELU ? cut.take<float>(inner) : nullptr;
    return cut.bytes;
}

template <typename Number> int64_t bytesOf(const Chain &chain, const Share &share) {
    Memory<Number> memory(chain, share, nullptr);
    return cut(memory, chain, share, nullptr);
}

} // namespace

std::vector<Share> sharesOf(int64_t items) {
    const int64_t count = std::clamp<int64_t>(items / leastShare, items < leastOfTwo ? 1 : 2, mostShares);
    const int64_t length = roundedUp((items + count - 1) / count, rowMultiple);
    std::vector<Share> shares;
    for (int64_t begin = 0; begin < items; begin += length) {
        const int64_t own = std::min(length, items - begin);
        shares.push_back({begin, own, roundedUp(own, rowMultiple)});
    }
    return shares;
}

template <typename Number> Memory<Number>::Memory(const Chain &chain, const Share &share, void *start) { cut(*this, chain, share, start); }
template struct Memory<float>;
template struct Memory<BFloat16>;

int64_t memoryBytes(const Chain &chain, const Share &share, bool inBFloat16) {
    return inBFloat16 ? bytesOf<BFloat16>(chain, share) : bytesOf<float>(chain, share);
}

Sums::Sums(const Chain &chain, float *start) {
    const int64_t weights = chain.count() * chain.bottleneck * chain.width;
    downs = start;
    transposedUps = downs + weights;
    map = transposedUps + weights;
    downBiases = map + chain.outputs * chain.width;
    upBiases = downBiases + chain.count() * chain.bottleneck;
}

int64_t Sums::size(const Chain &chain) {
    return 2 * chain.count() * chain.bottleneck * chain.width + chain.outputs * chain.width + biasSize(chain);
}

} // namespace ctorch::chain
