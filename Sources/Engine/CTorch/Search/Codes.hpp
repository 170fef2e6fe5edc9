// Sums of products of codes: what the pass over codes spends its time on, in forms for several instruction sets.
#pragma once

#include "Search.hpp"

namespace ctorch::search {

/// sums[question, row] = Σ_d c_d q_d + the question's offset, for some groups of rows whose codes have 128 added.
///
/// codes: [groups, quads, group, quad]; questions: codes [width, rounded up to quads] each; sums: [questions, stride]. All sums fit into
/// int32, and no form loses a bit: 255 x 63 x 2 < 2^15 is the most that two products add up to.
using SumCodes = void (*)(
    const uint8_t *codes, int64_t groups, int64_t quads, const int8_t *const *questions, const int32_t *offsets, int64_t questionCount,
    int32_t *sums, int64_t stride);

/// The form for this machine.
extern const SumCodes sumCodes;

} // namespace ctorch::search
