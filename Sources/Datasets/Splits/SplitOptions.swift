package import Files

/// How histories are divided into training, validation and test.
public struct SplitOptions: Codable, Sendable, Equatable {
    /// The rules there are.
    public enum Kind: String, Codable, Sendable, CaseIterable {
        /// The last item is the test target, the last but one the validation target, what is before trains.
        case leaveLastTwo = "leave-last-two"
        /// Two points in time: what is before the first trains, the first item from each on is a target.
        case timestamp
    }

    /// How much of a history there may be.
    public enum History: String, Codable, Sendable, CaseIterable {
        /// The last interactions, as in the papers.
        case last
        /// All interactions. A user's training items are seen in windows of ``longestTrainingSequence``, drawn anew in every epoch.
        case whole
    }

    /// The rule; leave-last-two by default.
    public var kind = Kind.leaveLastTwo
    /// Users with fewer interactions are left out; 5 by default, at least 3.
    public var minimumItems = 5
    /// At most this many of a user's last interactions are kept; 13 by default, at least 4. It also says how many inputs the user encoder sees.
    public var maximumItems = 13
    /// Whether only the last interactions are kept, the default, or all.
    public var history = History.last
    /// Timestamp rule: where validation starts, in the dataset's unit; nil to use ``validationQuantile``.
    public var validationTime: Int64?
    /// Timestamp rule: where test starts, in the dataset's unit; nil to use ``testQuantile``.
    public var testTime: Int64?
    /// Timestamp rule: the share of all interactions that are before validation; 0.8 by default.
    public var validationQuantile = 0.8
    /// Timestamp rule: the share of all interactions that are before test; 0.9 by default.
    public var testQuantile = 0.9

    /// Makes options with the defaults of the papers.
    public init(
        kind: Kind = .leaveLastTwo, minimumItems: Int = 5, maximumItems: Int = 13, validationTime: Int64? = nil,
        testTime: Int64? = nil
    ) {
        self.kind = kind
        self.minimumItems = minimumItems
        self.maximumItems = maximumItems
        self.validationTime = validationTime
        self.testTime = testTime
    }

    /// Reads options; what is not there has its default.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        self.init()
        kind = try values.decodeIfPresent(Kind.self, forKey: .kind) ?? kind
        minimumItems = try values.decodeIfPresent(Int.self, forKey: .minimumItems) ?? minimumItems
        maximumItems = try values.decodeIfPresent(Int.self, forKey: .maximumItems) ?? maximumItems
        history = try values.decodeIfPresent(History.self, forKey: .history) ?? history
        validationTime = try values.decodeIfPresent(Int64.self, forKey: .validationTime)
        testTime = try values.decodeIfPresent(Int64.self, forKey: .testTime)
        validationQuantile = try values.decodeIfPresent(Double.self, forKey: .validationQuantile) ?? validationQuantile
        testQuantile = try values.decodeIfPresent(Double.self, forKey: .testQuantile) ?? testQuantile
    }

    /// The inputs of the user encoder (L in the article Mathematics): ``maximumItems`` less the two targets and the newest training
    /// item; 10 by default.
    public var inputLength: Int { maximumItems - 3 }

    /// The most training items of a user that a step sees: one more than ``inputLength``.
    package var longestTrainingSequence: Int { maximumItems - 2 }

    /// How many windows of a user's training items an epoch sees: together they have a row for each but the oldest.
    func windowsOfAnEpoch(_ trainingItems: Int) -> Int { max(1, (trainingItems - 2 + inputLength) / inputLength) }

    /// Checks that the options make sense together.
    ///
    /// - Throws: ``UserError`` that names the setting.
    package func check() throws { try problems().check() }

    /// All settings that make no sense, by the names that they have in a configuration.
    package func problems() -> Problems {
        var problems = Problems()
        problems.require(
            (3...Self.most).contains(minimumItems), "is \(minimumItems), expected 3 to \(Self.most)", at: "minimum_items",
            remedy: "Two items are targets, one is history.")
        problems.require(
            (4...Self.most).contains(maximumItems), "is \(maximumItems), expected 4 to \(Self.most)", at: "maximum_items")
        guard kind == .timestamp else { return problems }
        switch (validationTime, testTime) {
        case (nil, nil):
            problems.require(
                validationQuantile > 0 && validationQuantile < testQuantile && testQuantile < 1,
                "is \(validationQuantile), and test_quantile is \(testQuantile)", at: "validation_quantile",
                remedy: "Give 0 < validation_quantile < test_quantile < 1.")
        case (let validation?, let test?):
            problems.require(
                validation < test, "is \(validation), which is not before test_time, \(test)", at: "validation_time",
                remedy: "Give validation_time < test_time.")
        case (nil, _), (_, nil):
            problems.add(
                UserError(
                    "is missing, and the other time is set", at: validationTime == nil ? "validation_time" : "test_time",
                    remedy: "Set both validation_time and test_time, or neither to use quantiles."))
        }
        return problems
    }

    /// Settings that were given and that the rule does not use; a run of an older build may have some.
    package func withoutEffect() -> Problems {
        var problems = Problems()
        guard kind == .leaveLastTwo else { return problems }
        let usual = SplitOptions()
        for (name, isGiven) in [
            ("validation_time", validationTime != nil), ("test_time", testTime != nil),
            ("validation_quantile", validationQuantile != usual.validationQuantile),
            ("test_quantile", testQuantile != usual.testQuantile),
        ] {
            problems.require(
                !isGiven, "has no effect with the rule \(kind.rawValue)", at: name,
                remedy: "Leave it out, or divide by time: kind: \(Kind.timestamp.rawValue).")
        }
        return problems
    }

    /// The greatest number of items of a user that a split can be asked for.
    private static let most = 1_000_000
}
