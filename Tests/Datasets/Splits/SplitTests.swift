import Datasets
import Files
import Foundation
import TestSupport
import Testing

struct SplitTests {
    @Test func leaveLastTwoByHand() throws {
        let long = (0..<15).map(Int32.init)
        try withDataset(items: 20, [[0, 1, 2, 3], [4, 5, 6, 7, 8], long, [9]]) { dataset in
            let split = try Split(dataset)
            #expect(split.users == [1, 2])
            #expect(split.usersLeftOut == 2)
            #expect(split.options.inputLength == 10)
            #expect(Array(split.trainingSequence(of: 0)) == [4, 5, 6])
            #expect(Array(split.trainingSequence(of: 1)) == Array(2...12))
            let validation = split.evaluation(.validation)
            #expect(validation.map(\.user) == [1, 2])
            #expect(validation.map { Array($0.history) } == [[4, 5, 6], Array(2...12)])
            #expect(validation.map(\.target) == [7, 13])
            let test = split.evaluation(.test)
            #expect(test.map { Array($0.history) } == [[4, 5, 6, 7], Array(2...13)])
            #expect(test.map(\.target) == [8, 14])
            #expect(split.trainingInteractions == 14)
            #expect(split.popularity[4] == Float(2.0 / 14))
            #expect(split.popularity[2] == Float(1.0 / 14))
            #expect(split.popularity[13] == 0 && split.isCold(13) && !split.isCold(12))
            #expect(split.trainingUsers == [0, 1])
        }
    }

    @Test func timestampsByHand() throws {
        let histories: [[Int32]] = [[0, 1, 2, 3, 4], [5, 6, 7], [8, 9, 1], [2, 3, 4], [6, 7], [0, 1, 2]]
        let times: [[Int64]] = [[1, 2, 10, 11, 20], [1, 2, 3], [10, 11, 25], [1, 2, 30], [1, 12], [20, 21, 22]]
        try withDataset(items: 10, histories, timestamps: times) { dataset in
            let options = SplitOptions(kind: .timestamp, minimumItems: 3, validationTime: 10, testTime: 20)
            let split = try Split(dataset, options)
            #expect(split.users == [0, 1, 2, 3, 5])
            #expect((0..<5).map { Array(split.trainingSequence(of: $0)) } == [[0, 1], [5, 6, 7], [], [2, 3], []])
            #expect(split.trainingUsers == [0, 1, 3])
            // User 2 has nothing before its first interaction in [10, 20), user 5 nothing before its first one from 20 on.
            #expect(split.evaluation(.validation).map(\.user) == [0])
            #expect(split.evaluation(.validation).map { Array($0.history) } == [[0, 1]])
            #expect(split.evaluation(.validation).map(\.target) == [2])
            #expect(split.evaluation(.test).map(\.user) == [0, 2, 3])
            #expect(split.evaluation(.test).map { Array($0.history) } == [[0, 1, 2, 3], [8, 9], [2, 3]])
            #expect(split.evaluation(.test).map(\.target) == [4, 1, 4])
        }
    }

    @Test func quantilesAreTimestampsByPlace() throws {
        let times = (0..<10).map { Int64($0 * 100) }
        try withDataset(items: 10, [(0..<10).map(Int32.init)], timestamps: [times]) { dataset in
            let split = try Split(dataset, SplitOptions(kind: .timestamp))
            #expect(split.times?.validation == 800 && split.times?.test == 900)
            #expect(split.trainingSequence(of: 0).count == 8)
        }
    }

    @Test func partsNeverOverlapAndKeepOrder() throws {
        var generator = SeededGenerator(seed: 7)
        for round in 0..<20 {
            let histories = (0..<30).map { _ in
                (0..<Int.random(in: 1...25, using: &generator)).map { _ in Int32.random(in: 0..<15, using: &generator) }
            }
            let times = histories.map { $0.map { _ in Int64.random(in: 0...50, using: &generator) }.sorted() }
            try withDataset(items: 15, histories, timestamps: times) { dataset in
                var options = SplitOptions(kind: round % 2 == 0 ? .leaveLastTwo : .timestamp)
                options.minimumItems = Int.random(in: 3...6, using: &generator)
                options.maximumItems = Int.random(in: 4...16, using: &generator)
                options.history = round % 4 < 2 ? .last : .whole
                let split = try Split(dataset, options)
                #expect(split.users.map { Int($0) } == histories.indices.filter { histories[$0].count >= options.minimumItems })
                for (place, user) in split.users.enumerated() {
                    let training = Array(split.trainingSequence(of: place))
                    if options.history == .last {
                        #expect(training.count <= options.longestTrainingSequence)
                    } else if options.kind == .leaveLastTwo {
                        #expect(training == Array(histories[Int(user)].dropLast(2)))
                    }
                    #expect(isRun(training, in: histories[Int(user)]))
                }
                for part in Split.Part.allCases {
                    for question in split.evaluation(part) {
                        #expect(!question.history.isEmpty)
                        #expect(isRun(Array(question.history) + [question.target], in: histories[question.user]))
                        if options.history == .whole {
                            #expect(Array(question.history) == Array(histories[question.user].prefix(question.history.count)))
                        }
                        #expect(question.isUnreachable == question.history.contains(question.target))
                    }
                }
                var counts = [Int](repeating: 0, count: 15)
                for place in split.users.indices { for item in split.trainingSequence(of: place) { counts[Int(item)] += 1 } }
                #expect(counts.reduce(0, +) == split.trainingInteractions)
                #expect(split.popularity == counts.map { Float(Double($0) / Double(split.trainingInteractions)) })
            }
        }
    }

    /// The rule of ``Split`` as it is written there, user by user with plain searches.
    @Test func timestampsAgreeWithTheRuleAsItIsWritten() throws {
        var generator = SeededGenerator(seed: 17)
        for _ in 0..<20 {
            let histories = (0..<25).map { _ in
                (0..<Int.random(in: 1...20, using: &generator)).map { _ in Int32.random(in: 0..<15, using: &generator) }
            }
            let times = histories.map { $0.map { _ in Int64.random(in: -9...9, using: &generator) }.sorted() }
            let (t1, t2) = (Int64.random(in: -6...0, using: &generator), Int64.random(in: 1...7, using: &generator))
            try withDataset(items: 15, histories, timestamps: times) { dataset in
                let options = SplitOptions(
                    kind: .timestamp, minimumItems: 3, maximumItems: 8, validationTime: t1, testTime: t2)
                guard let split = try? Split(dataset, options) else { return }
                for (place, user) in split.users.enumerated() {
                    let (history, time) = (histories[Int(user)], times[Int(user)])
                    let training = history.indices.filter { time[$0] < t1 }.suffix(6)
                    #expect(Array(split.trainingSequence(of: place)) == training.map { history[$0] })
                    let between = history.indices.filter { t1 <= time[$0] && time[$0] < t2 }
                    let after = history.indices.filter { t2 <= time[$0] }
                    for (part, targets, earlier) in [
                        (Split.Part.validation, between, Array(training)), (.test, after, training + between),
                    ] {
                        let found = split.evaluation(part).first { $0.user == Int(user) }
                        #expect(found?.target == (earlier.isEmpty ? nil : targets.first.map { history[$0] }))
                        if let found { #expect(Array(found.history) == earlier.map { history[$0] }) }
                    }
                }
            }
        }
    }

    private func isRun(_ part: [Int32], in whole: [Int32]) -> Bool {
        part.isEmpty || (0...max(0, whole.count - part.count)).contains { whole.dropFirst($0).starts(with: part) }
    }

    @Test func whatCannotBeSplitIsAnError() throws {
        try withDataset(items: 3, [[0, 1, 2], [1]]) { dataset in
            expectError("none of the 2 users") { _ = try Split(dataset) }
            expectError("without timestamps") { _ = try Split(dataset, SplitOptions(kind: .timestamp)) }
        }
        for change: (inout SplitOptions) -> Void in [
            { $0.minimumItems = 2 }, { $0.maximumItems = 3 },
            {
                $0.kind = .timestamp; $0.testTime = 3
            },
            {
                $0.kind = .timestamp; $0.testTime = 3; $0.validationTime = 3
            },
            {
                $0.kind = .timestamp; $0.testQuantile = 0.8
            },
            {
                $0.kind = .timestamp; $0.validationQuantile = .nan
            },
        ] {
            var options = SplitOptions()
            change(&options)
            #expect(throws: UserError.self) { try options.check() }
        }
        try SplitOptions().check()
    }

    @Test func optionsHaveDefaultsInJSON() throws {
        #expect(try JSONDecoder().decode(SplitOptions.self, from: Data("{}".utf8)) == SplitOptions())
        let text = #"{"kind": "timestamp", "maximumItems": 20, "validationTime": 5, "testTime": 9}"#
        let options = try JSONDecoder().decode(SplitOptions.self, from: Data(text.utf8))
        #expect(options == SplitOptions(kind: .timestamp, maximumItems: 20, validationTime: 5, testTime: 9))
        #expect(try JSONDecoder().decode(SplitOptions.self, from: JSONEncoder().encode(options)) == options)
    }
}
