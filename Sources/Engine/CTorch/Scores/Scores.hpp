// What a batch makes of its scores: cross entropies of rows, and ranks by counting.
#pragma once

#include <cstdint>

namespace ctorch {

/// The rows of a batch over its distinct items, of which a row leaves out those of its own user.
///
/// With logits l_i = u v_i - log share_i, counts n_i and target t: loss = log(exp(l_t) + sum of exp(l_i + log n_i) over the items i that
/// are not the user's own) - l_t.
struct LossRows {
    int64_t rows, items, pairs;
    const float *added;     ///< log count - log share of each item
    const float *counts;    ///< log count of each item
    const int64_t *users;   ///< of each row
    const int64_t *targets; ///< of each row, places among the items
    const int64_t *ownUsers, *ownItems;  ///< pairs, ordered by user

    /// Computes the losses [rows]. What is u v [rows, items] becomes the losses' slopes for it.
    void losses(float *products, float *losses) const;
};

/// The scores of each row's items, in which a target has a rank.
struct RankRows {
    int64_t rows, items, pairs;
    const float *scores;     ///< [rows, items]
    const int64_t *targets;  ///< the item of each row
    const int64_t *maskedRows, *maskedItems;  ///< pairs that do not count, ordered by row, each once

    /// How many other scores are at least as large as the target's, and how many are equal [rows]; -1 where a score is not finite.
    void count(int64_t *atLeast, int64_t *equal) const;
};

} // namespace ctorch
