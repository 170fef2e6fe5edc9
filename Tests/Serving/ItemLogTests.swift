import Datasets
import Files
import Foundation
import Synchronization
import TestModels
import TestSupport
import Testing

@testable import Serving

/// Services that follow a log of changes.
@Suite(.oneAtATime) struct ItemLogTests {
    private typealias Kind = PlainCatalogue.Kind

    /// A log in memory that several services share.
    private final class Log: ItemLog {
        private struct State {
            var logged: [LoggedChange] = []
            var plain: [PlainCatalogue.Change] = []
            var replaced: [Int] = []
        }
        private let state = Mutex(State())

        var plain: [PlainCatalogue.Change] { state.withLock(\.plain) }
        var replaced: [Int] { state.withLock(\.replaced) }

        func write(_ change: ItemChanges.Change, _ plain: PlainCatalogue.Change) -> Int {
            state.withLock { state in
                state.logged.append(LoggedChange(revision: state.logged.count + 1, changes: [change]))
                state.plain.append(plain)
                return state.logged.count
            }
        }

        func changes(after revision: Int, most: Int, appended: [String: Int]) async throws -> [LoggedChange] {
            // Others come in between.
            await Task.yield()
            return state.withLock { Array($0.logged.dropFirst(revision).prefix(min(most, 3))) }
        }

        func replace(_ item: EncodedItem, at revision: Int) async throws {
            state.withLock { state in
                state.replaced.append(revision)
                state.logged[revision - 1].changes = [.put(item)]
            }
        }
    }

    /// What was asked and answered.
    private final class Witness: Sendable {
        let answers = Mutex<[(question: Question, answer: Answer)]>([])
    }

    private func withDataset(_ body: (Dataset) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        defer { try? FileManager.default.removeItem(at: folder) }
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try await body(SmallWorld(folder, items: 40).dataset)
    }

    private func work(
        _ task: Int, _ service: ModelService, _ dataset: Dataset, _ log: Log, _ witness: Witness
    ) async throws {
        var generator = SeededGenerator(seed: UInt64(task))
        func id() -> String {
            Bool.random(using: &generator)
                ? "i\(Int.random(in: 0..<45, using: &generator))" : "n\(Int.random(in: 0..<12, using: &generator))"
        }
        for step in 0..<100 {
            var newest = 0
            switch Int.random(in: 0..<10, using: &generator) {
            case 0..<6:
                let question = Question((0..<Int.random(in: 0...8, using: &generator)).map { _ in id() })
                do {
                    let answer = try await service.answer(to: question)
                    #expect(answer.revision >= newest)
                    witness.answers.withLock { $0.append((question, answer)) }
                } catch let refusal as Refusal { #expect(refusal.reason == .unknownItem) }
            case 6, 7:
                let item = NewItem(id: id(), title: "Title \(task) \(step)")
                let encoded = try await service.encoded(item)
                // Another model may have come.
                guard try await service.accepts(encoded) else { continue }
                newest = log.write(.put(encoded), .put(item))
                try await service.follow()
            case 8:
                let id = id()
                newest = log.write(.remove(id: id), .remove(id))
                try await service.follow()
            default:
                let kind = Kind.all.randomElement(using: &generator)!
                do {
                    _ = try await service.swap(to: PlainCatalogue.opening(kind, dataset, delay: .milliseconds(step % 9)))
                } catch let refusal as Refusal { #expect(refusal.reason == .isBusy) }
            }
        }
    }

    /// Changes by the log, swaps and questions from eight tasks of two services: every answer is that of the plain form at its revision.
    @Test func everyAnswerIsThatOfItsRevision() async throws {
        try await withDataset { dataset in
            let log = Log()
            let services = [
                try await ModelService(PlainCatalogue.opening(Kind.all[0], dataset), log: log),
                try await ModelService(PlainCatalogue.opening(Kind.all[2], dataset), log: log),
            ]
            let witness = Witness()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for task in 0..<8 {
                    group.addTask { try await work(task, services[task % 2], dataset, log, witness) }
                }
                try await group.waitForAll()
            }
            var plains = Dictionary(uniqueKeysWithValues: Kind.all.map { ($0.name, [PlainCatalogue($0, dataset)]) })
            for change in log.plain {
                for name in plains.keys {
                    var next = plains[name]!.last!
                    next.apply(change)
                    plains[name]!.append(next)
                }
            }
            let all = witness.answers.withLock { $0 }
            #expect(all.count > 200 && log.plain.count > 100 && !log.replaced.isEmpty)
            #expect(Set(all.map(\.answer.model)) == Set(Kind.all.map(\.name)))
            for (question, answer) in all {
                let expected = plains[answer.model]![answer.revision].answer(to: question)
                #expect(answer.items.map(\.item) == expected.items.map(\.id))
                #expect(answer.items.map(\.score) == expected.items.map(\.score))
            }
            // A service that comes later reads all of it, as does a swap.
            let late = try await ModelService(PlainCatalogue.opening(Kind.all[1], dataset), log: log)
            try await late.follow()
            _ = try await services[0].swap(to: PlainCatalogue.opening(Kind.all[1], dataset))
            let question = Question(["i0", "i1", "n1", "n2", "i2", "n3", "n4"])
            let expected = plains[Kind.all[1].name]!.last!.answer(to: question)
            for service in [late, services[0]] {
                let answer = try await service.answer(to: question)
                #expect(answer.revision == log.plain.count)
                #expect(answer.items.map(\.item) == expected.items.map(\.id))
            }
        }
    }

    /// Items that are asked about are no answers, and nothing of them stays.
    @Test func itemsOfAQuestion() async throws {
        try await withDataset { dataset in
            let kind = Kind.all[0]
            let service = try await ModelService(PlainCatalogue.opening(kind, dataset))
            var plain = PlainCatalogue(kind, dataset)
            let raw = NewItem(id: "i3", title: "A title nobody has")
            let question = Question(["i1", "i3", "i2"])
            let before = try await service.answer(to: question)
            let answer = try await service.ask(with: [raw]) { try $0.answer(to: question) }
            plain.apply(.put(raw))
            plain.apply(.hide("i3", true))
            #expect(answer.items.map(\.item) == plain.answer(to: question).items.map(\.id))
            #expect(answer.items.map(\.item) != before.items.map(\.item) && answer.revision == 0)
            #expect(try await service.answer(to: question) == before)
            // What is refused leaves nothing either.
            await #expect(throws: Refusal.self) {
                try await service.ask(with: [NewItem(id: "x", title: "x")]) { try $0.answer(to: Question(["nobody"])) }
            }
            await #expect(throws: Refusal.self) { try await service.ask(with: [NewItem(id: "x")]) { $0.name } }
            #expect(try await service.answer(to: question) == before)
        }
    }
}
