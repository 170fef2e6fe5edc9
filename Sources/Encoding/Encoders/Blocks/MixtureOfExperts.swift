import Torch

/// A feed-forward of several experts, of which each token uses the few that a router likes best (Shazeer et al. 2017).
///
/// A token's result is the mean of its experts' results, weighted by the router's softmax over those chosen.
struct MixtureOfExperts: TokenMap {
    let router: Linear
    let experts: [GatedFeedForward]
    /// How many experts a token uses.
    let chosen: Int

    func callAsFunction(_ states: Tensor) -> Tensor {
        let rows = states.reshaped([-1, states.size(-1)])  // [rows, width]
        let likings = router(rows).to(.float32).softmax()  // [rows, experts]
        let best = likings.largest(chosen)  // [rows, chosen]
        let weights = best.values / best.values.sum(along: 1, keeping: true)
        let result = Tensor.zeros(rows.shape, dtype: rows.dtype, on: rows.device)
        for (index, expert) in experts.enumerated() {
            let places = (best.indices .== Double(index)).places()  // [uses, 2]: row and rank of the choice
            if places.size(0) == 0 { continue }
            let (users, ranks) = (places.selected(1, 0), places.selected(1, 1))
            let share = weights.at([users, ranks]).unsqueezed(1)
            result.add((expert(rows.selecting(users)) * share).to(rows.dtype), to: users)
        }
        return result.reshaped(states.shape)
    }
}
