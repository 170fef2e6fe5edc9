import Metrics

// What is found for several metrics is in a list of them. HR@10 and NDCG@10 also are under keys of their own, which were all that
// older versions knew and are read where there is no list.

extension StudyResult.Ceiling: Codable {
    private enum Keys: CodingKey { case metrics, hitRate, ndcg }

    private static let pair = PairedKeys(Keys.hitRate, .ndcg, all: .metrics)

    package init(from decoder: any Decoder) throws {
        self.init(metrics: try Self.pair.decodeValues(from: decoder.container(keyedBy: Keys.self)))
    }

    package func encode(to encoder: any Encoder) throws {
        var keys = encoder.container(keyedBy: Keys.self)
        try Self.pair.encodeValues(metrics, to: &keys)
    }
}

extension StudyResult.Run: Codable {
    private enum Keys: CodingKey {
        case seed, folder, bestEpoch, test, validation, hitRate, ndcg, validationHitRate, validationNDCG, cost, gates, shares
    }

    private static let testPair = PairedKeys(Keys.hitRate, .ndcg, all: .test)
    private static let validationPair = PairedKeys(Keys.validationHitRate, .validationNDCG, all: .validation)

    package init(from decoder: any Decoder) throws {
        let keys = try decoder.container(keyedBy: Keys.self)
        self.init(
            seed: try keys.decode(UInt64.self, forKey: .seed), folder: try keys.decode(String.self, forKey: .folder),
            bestEpoch: try keys.decodeIfPresent(Int.self, forKey: .bestEpoch),
            test: try Self.testPair.decodeValues(from: keys), validation: try Self.validationPair.decodeValues(from: keys),
            cost: try keys.decodeIfPresent(RunCost.self, forKey: .cost),
            gates: try keys.decode([RunResult.TowerGates].self, forKey: .gates),
            shares: try keys.decode([RunResult.TowerShare].self, forKey: .shares))
    }

    package func encode(to encoder: any Encoder) throws {
        var keys = encoder.container(keyedBy: Keys.self)
        try keys.encode(seed, forKey: .seed)
        try keys.encode(folder, forKey: .folder)
        try keys.encodeIfPresent(bestEpoch, forKey: .bestEpoch)
        try Self.testPair.encodeValues(test, to: &keys)
        try Self.validationPair.encodeValues(validation, to: &keys)
        try keys.encodeIfPresent(cost, forKey: .cost)
        try keys.encode(gates, forKey: .gates)
        try keys.encode(shares, forKey: .shares)
    }
}

extension StudyResult.Ranking: Codable {
    private enum Keys: CodingKey {
        case seeds, users, hitRate, ndcg, usersHitRate, usersNDCG, warm, cold, tiedTargets, breakdowns
    }

    private static let seedPair = PairedKeys(Keys.hitRate, .ndcg, all: .seeds)
    private static let userPair = PairedKeys(Keys.usersHitRate, .usersNDCG, all: .users)

    package init(from decoder: any Decoder) throws {
        let keys = try decoder.container(keyedBy: Keys.self)
        self.init(
            seeds: try Self.seedPair.decode(from: keys), users: try Self.userPair.decode(from: keys),
            warm: try keys.decode(StudyResult.Group.self, forKey: .warm),
            cold: try keys.decode(StudyResult.Group.self, forKey: .cold),
            tiedTargets: try keys.decode(Double.self, forKey: .tiedTargets),
            breakdowns: try keys.decode([Breakdown].self, forKey: .breakdowns))
    }

    package func encode(to encoder: any Encoder) throws {
        var keys = encoder.container(keyedBy: Keys.self)
        try Self.seedPair.encode(seeds, to: &keys)
        try Self.userPair.encode(users, to: &keys)
        try keys.encode(warm, forKey: .warm)
        try keys.encode(cold, forKey: .cold)
        try keys.encode(tiedTargets, forKey: .tiedTargets)
        try keys.encode(breakdowns, forKey: .breakdowns)
    }
}

extension StudyResult.Group: Codable {
    private enum Keys: CodingKey { case users, metrics, hitRate, ndcg }

    private static let pair = PairedKeys(Keys.hitRate, .ndcg, all: .metrics)

    package init(from decoder: any Decoder) throws {
        let keys = try decoder.container(keyedBy: Keys.self)
        self.init(users: try keys.decode(Int.self, forKey: .users), metrics: try Self.pair.decode(from: keys))
    }

    package func encode(to encoder: any Encoder) throws {
        var keys = encoder.container(keyedBy: Keys.self)
        try keys.encode(users, forKey: .users)
        try Self.pair.encode(metrics, to: &keys)
    }
}
