extension BadInput {
    /// Worlds that cannot be generated.
    static let worlds: [BadInput] = [
        BadInput("Too few items", "data generate new --items 10", says: ["items", "10"]),
        BadInput("No users", "data generate new --users 0", says: ["users", "0"]),
        BadInput("A number of items below zero", "data generate new --items=-5", says: ["items", "-5"]),
        BadInput("Pictures too small to draw", "data generate new --picture-size 8", says: ["picture size", "8"]),
        BadInput("Pictures too large to draw", "data generate new --picture-size 100000", says: ["picture size", "100000"]),
        BadInput(
            "Histories that end before they begin", "data generate new --shortest-history 9 --longest-history 4",
            says: ["longest history", "4"]),
        BadInput(
            "Histories longer than a fifth of the items", "data generate new --items 100 --longest-history 50",
            says: ["longest history", "50"]),
        BadInput(
            "A mean history that no histories have", "data generate new --mean-history 100", says: ["mean history", "100"]),
        BadInput("A mean history that is nan", "data generate new --mean-history nan", says: ["mean history", "nan"]),
        BadInput("A tail without a mean history", "data generate new --history-tail power", says: ["history tail", "power"]),
        BadInput("Too steep a popularity", "data generate new --popularity-exponent 3", says: ["popularity exponent", "3"]),
        BadInput("More new items than old ones", "data generate new --new-items 0.9", says: ["new items", "0.9"]),
        BadInput("A world in place of another", on: .world, "data generate world --items 100", says: ["world", "exists"]),
        BadInput(
            "A world below a plain file", on: .world, "data generate config.yaml/new --items 100 --users 1",
            says: ["config.yaml"]),
    ]
}
