// The cross entropies of rows, in one pass over their logits before the exponentials and one after.
#include "../Kernels/Rows.hpp"
#include "Scores.hpp"

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

} // namespace ctorch
