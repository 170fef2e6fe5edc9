#include "Scores.hpp"

#include "../Kernels/Rows.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace ctorch {

namespace {

CTORCH_VECTORISED void add(float *__restrict x, const float *__restrict a, int64_t count) {
    for (int64_t i = 0; i < count; ++i) x[i] += a[i];
}

/// Subtracts the largest of x and `other`, and returns it.
CTORCH_VECTORISED float subtractLargest(float *__restrict x, int64_t count, float other) {
#pragma clang fp reassociate(on)
    float largest = other;
    for (int64_t i = 0; i < count; ++i) largest = x[i] > largest ? x[i] : largest;
    for (int64_t i = 0; i < count; ++i) x[i] -= largest;
    return largest;
}

/// Divides by the sum of x and `other`, and returns it.
CTORCH_VECTORISED float divideBySum(float *__restrict x, int64_t count, float other) {
#pragma clang fp reassociate(on)
    float total = other;
    for (int64_t i = 0; i < count; ++i) total += x[i];
    const float factor = 1 / total;
    for (int64_t i = 0; i < count; ++i) x[i] *= factor;
    return total;
}

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

void LossRows::losses(float *products, float *losses) const {
    std::vector<float> own(rows), largest(rows);  // the target's logit and the largest of a row
    for (int64_t row = 0; row < rows; ++row) {
        float *x = products + row * items;
        // Without the count: of the target's slot there is one.
        own[row] = x[targets[row]] + added[targets[row]] - counts[targets[row]];
        Vectorised<add>::call(x, added, items);
        int64_t pair = std::lower_bound(ownUsers, ownUsers + pairs, users[row]) - ownUsers;
        for (; pair < pairs && ownUsers[pair] == users[row]; ++pair) x[ownItems[pair]] = -INFINITY;
        largest[row] = Vectorised<subtractLargest>::call(x, items, own[row]);
    }
    ctorch::rows::exponentiate(products, rows * items);
    for (int64_t row = 0; row < rows; ++row) {
        float *x = products + row * items;
        const float mine = std::exp(own[row] - largest[row]), total = Vectorised<divideBySum>::call(x, items, mine);
        losses[row] = std::log(total) + largest[row] - own[row];
        x[targets[row]] += mine / total - 1;
    }
}

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
