// Where targets stand among scores, by counting: each score is read once.
#include "../Vectorised.hpp"
#include "Scores.hpp"

#include <algorithm>

namespace ctorch {

namespace {

struct Counts {
    int64_t atLeast, equal;
    bool isFinite;
};

CTORCH_VECTORISED Counts countScores(const float *scores, int64_t count, float target) {
#pragma clang fp reassociate(on)
    int64_t atLeast = 0, equal = 0;
    bool isFinite = true;
    // Counters of four bytes fill twice as many lanes; a piece is too short for them to overflow.
    for (int64_t start = 0; start < count; start += 1 << 20) {
        const int64_t end = std::min(count, start + (1 << 20));
        int32_t least = 0, same = 0, odd = 0;
        for (int64_t i = start; i < end; ++i) {
            least += scores[i] >= target ? 1 : 0;
            same += scores[i] == target ? 1 : 0;
            odd |= scores[i] - scores[i] == 0 ? 0 : 1;  // infinities and what is not a number
        }
        atLeast += least;
        equal += same;
        isFinite = isFinite && odd == 0;
    }
    return {atLeast, equal, isFinite};
}

} // namespace

void RankRows::count(int64_t *atLeast, int64_t *equal) const {
    inParallel(rows, [&](int64_t row) {
        const float *mine = scores + row * items;
        const float score = mine[targets[row]];
        Counts counts = Vectorised<countScores>::call(mine, items, score);
        bool isTargetMasked = false;
        for (int64_t pair = std::lower_bound(maskedRows, maskedRows + pairs, row) - maskedRows; pair < pairs && maskedRows[pair] == row;
             ++pair) {
            isTargetMasked = isTargetMasked || maskedItems[pair] == targets[row];
            counts.atLeast -= mine[maskedItems[pair]] >= score;
            counts.equal -= mine[maskedItems[pair]] == score;
        }
        // A target is among its own equals and does not count itself; a masked one was taken off already.
        const int64_t itself = isTargetMasked ? 0 : 1;
        atLeast[row] = counts.isFinite ? counts.atLeast - itself : -1;
        equal[row] = counts.isFinite ? counts.equal - itself : -1;
    });
}

} // namespace ctorch
