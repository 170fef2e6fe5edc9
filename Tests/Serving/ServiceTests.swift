import Datasets
import Files
import Foundation
import Synchronization
import TestModels
import TestSupport
import Testing

@testable import Serving

/// A service under questions, changes and swaps.
@Suite(.oneAtATime) struct ServiceTests {
    private typealias Kind = PlainCatalogue.Kind

    private func withDataset(items: Int = 40, _ body: (Dataset) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        defer { try? FileManager.default.removeItem(at: folder) }
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try await body(SmallWorld(folder, items: items).dataset)
    }

    private func reason<Result>(_ body: () async throws -> Result) async -> Refusal.Reason? {
        do { _ = try await body() } catch { return (error as? Refusal)?.reason }
        return nil
    }

    /// Lets the model's thread wait until it is released.
    private final class Gate: Sendable {
        private let semaphore = DispatchSemaphore(value: 0)
        private let isReached = DispatchSemaphore(value: 0)
        func hold() {
            isReached.signal()
            semaphore.wait()
        }
        func release() { semaphore.signal() }
        /// Waits until the thread is held.
        func reached() async {
            while isReached.wait(timeout: .now()) == .timedOut { try? await Task.sleep(for: .milliseconds(1)) }
        }
    }

    /// What the tasks have changed and seen.
    private final class Witness: Sendable {
        let changes = Mutex<[Int: (model: String, change: PlainCatalogue.Change)]>([:])
        let answers = Mutex<[(question: Question, answer: Answer)]>([])

        func note(_ receipt: ModelService.Receipt, _ change: PlainCatalogue.Change) {
            let before = changes.withLock { $0.updateValue((receipt.model, change), forKey: receipt.revision) }
            #expect(before == nil)
        }
    }

    /// What one of the tasks does.
    private func work(
        _ task: Int, seed: UInt64, _ service: ModelService, _ dataset: Dataset, _ witness: Witness
    ) async throws {
        var generator = SeededGenerator(seed: seed * 100 + UInt64(task))
        func id() -> String {
            Bool.random(using: &generator)
                ? "i\(Int.random(in: 0..<45, using: &generator))" : "n\(Int.random(in: 0..<12, using: &generator))"
        }
        func tags() -> Set<String> { Set(["red", "tall"].filter { _ in Bool.random(using: &generator) }) }
        var newest = 0
        for step in 0..<120 {
            do {
                switch Int.random(in: 0..<20, using: &generator) {
                case 0..<11:
                    var question = Question((0..<Int.random(in: 0...14, using: &generator)).map { _ in id() })
                    question.top = [1, 5, 200].randomElement(using: &generator)!
                    question.exclude = Bool.random(using: &generator) ? [id(), id()] : []
                    question.keepSeen = Bool.random(using: &generator)
                    question.where = [[], [], [["red"]], [["red", "tall"], ["tall"]]].randomElement(using: &generator)!
                    let answer = try await service.answer(to: question)
                    // What this task has seen or changed is never unseen.
                    #expect(answer.revision >= newest)
                    newest = answer.revision
                    witness.answers.withLock { $0.append((question, answer)) }
                case 11..<14:
                    let item = NewItem(id: id(), title: "Title \(task) \(step)", tags: tags())
                    let receipt = try await service.put(item)
                    witness.note(receipt, .put(item))
                    newest = receipt.revision
                case 14:
                    let (id, tags) = (id(), tags())
                    witness.note(try await service.tag(id, tags), .tag(id, tags))
                case 15, 16:
                    let (id, isHidden) = (id(), Bool.random(using: &generator))
                    witness.note(try await service.hide(id, isHidden), .hide(id, isHidden))
                case 17, 18:
                    let id = id()
                    witness.note(try await service.remove(id), .remove(id))
                default:
                    let kind = Kind.all.randomElement(using: &generator)!
                    let opening = PlainCatalogue.opening(kind, dataset, delay: .milliseconds(step % 20))
                    witness.note(try await service.swap(to: opening), .swap(kind))
                }
            } catch let refusal as Refusal {
                #expect([.unknownItem, .isBusy].contains(refusal.reason), "\(refusal)")

            }
        }
    }

    /// Changes, swaps and questions from eight tasks: every answer is that of the plain form at its revision.
    @Test(arguments: [UInt64(1), 2, 3]) func everyAnswerIsThatOfItsRevision(_ seed: UInt64) async throws {
        try await withDataset { dataset in
            let service = try await ModelService(PlainCatalogue.opening(Kind.all[0], dataset))
            let witness = Witness()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for task in 0..<8 {
                    group.addTask { try await work(task, seed: seed, service, dataset, witness) }
                }
                try await group.waitForAll()
            }
            // The plain form at every revision.
            var plain = PlainCatalogue(Kind.all[0], dataset)
            var all = [plain]
            let made = witness.changes.withLock { $0 }
            for revision in 1...made.count {
                let (model, change) = try #require(made[revision])
                plain.apply(change)
                #expect(model == plain.kind.name)
                all.append(plain)
            }
            let asked = witness.answers.withLock { $0 }
            #expect(asked.count > 300 && made.count > 150)
            #expect(made.values.count { if case .swap = $0.change { true } else { false } } > 3)
            for (question, answer) in asked {
                let plain = all[answer.revision]
                let expected = plain.answer(to: question)
                #expect(answer.model == plain.kind.name && answer.ignored == expected.ignored)
                #expect(answer.isPopularity == expected.isPopularity)
                #expect(answer.items.map(\.item) == expected.items.map(\.id))
                #expect(answer.items.map(\.score) == expected.items.map(\.score))
            }
            // And when all is quiet.
            let last = try await service.answer(to: Question(["i0", "i1", "n1", "n2", "i2"]))
            #expect(last.items.map(\.item) == plain.answer(to: Question(["i0", "i1", "n1", "n2", "i2"])).items.map(\.id))
        }
    }

    @Test func questionsThatWaitAreAnsweredTogether() async throws {
        try await withDataset { dataset in
            let service = try await ModelService(PlainCatalogue.opening(Kind.all[0], dataset))
            let gate = Gate()
            async let held: Void = service.ask { _ in gate.hold() }
            await gate.reached()
            let questions = (0..<100).map { Question(["i\($0 % 40)", "i\($0 % 7)"]) }
            async let asked = service.answers(to: questions + [Question(["nobody"])])
            try await Task.sleep(for: .milliseconds(100))
            gate.release()
            try await held
            let answers = try await asked
            let plain = PlainCatalogue(Kind.all[0], dataset)
            for (question, answer) in zip(questions, answers) {
                let items = try answer.get().items.map(\.item)
                #expect(items == plain.answer(to: question).items.map(\.id))
            }
            #expect(await reason { try answers[100].get() } == .unknownItem)
            let counts = await service.counts
            #expect(counts.questions == 101 && counts.batches <= 6)
            // One that is alone does not wait for others.
            _ = try await service.answer(to: questions[0])
            #expect(await service.counts == .init(questions: 102, batches: counts.batches + 1))
        }
    }

    @Test func whoComesToAFullLineIsRefused() async throws {
        try await withDataset { dataset in
            var limits = ModelService.Limits()
            limits.questions = 5
            let service = try await ModelService(PlainCatalogue.opening(Kind.all[0], dataset), limits: limits)
            let gate = Gate()
            async let held: Void = service.ask { _ in gate.hold() }
            await gate.reached()
            let waiting = (0..<4).map { place in Task { try await service.answer(to: Question(["i\(place)"])) } }
            try await Task.sleep(for: .milliseconds(100))
            #expect(await reason { try await service.answer(to: Question(["i1"])) } == .isBusy)
            #expect(await reason { try await service.ask { $0.name } } == .isBusy)
            // Who leaves makes room, and is told so at once when the thread is free.
            waiting[0].cancel()
            try await Task.sleep(for: .milliseconds(50))
            let another = Task { try await service.answer(to: Question(["i9"])) }
            try await Task.sleep(for: .milliseconds(50))
            gate.release()
            try await held
            await #expect(throws: CancellationError.self) { try await waiting[0].value }
            for task in waiting[1...] + [another] { #expect(try await task.value.items.count == 10) }
            #expect(try await service.answer(to: Question(["i1"])).items.count == 10)
            #expect(await service.counts.questions == 5)
        }
    }

    /// Questions go on while an item is encoded and while a model is opened, however long that takes.
    @Test func nothingHoldsQuestionsUp() async throws {
        try await withDataset { dataset in
            let service = try await ModelService(PlainCatalogue.opening(Kind.all[0], dataset))
            let clock = ContinuousClock()
            let start = clock.now
            async let put = service.put(NewItem(id: "n", title: "slow one"))
            async let swapped = service.swap(to: PlainCatalogue.opening(Kind.all[1], dataset, delay: .milliseconds(600)))
            var longest = Duration.zero
            var answered = 0
            while clock.now - start < .milliseconds(200) {
                let asked = clock.now
                let answer = try await service.answer(to: Question(["i1"]))
                #expect(answer.model == "A" && answer.revision == 0)
                longest = max(longest, clock.now - asked)
                answered += 1
            }
            #expect(answered > 20 && longest < .milliseconds(150))
            #expect(try await put == .init(model: "A", revision: 1))
            #expect(await reason { try await service.swap(to: PlainCatalogue.opening(Kind.all[1], dataset)) } == .isBusy)
            #expect(try await swapped == .init(model: "B", revision: 2))
            let answer = try await service.answer(to: Question(["n"]))
            #expect(answer.model == "B" && answer.revision == 2 && answer.ignored.isEmpty)
        }
    }

    /// A model that cannot be opened, or cannot take the items that came later, leaves this one where it is.
    @Test func aSwapThatFailsChangesNothing() async throws {
        try await withDataset { dataset in
            let service = try await ModelService(PlainCatalogue.opening(Kind.all[0], dataset))
            let failing = ModelService.Opening {
                throw UserError("no such run")
            } encoder: {
                throw UserError("no encoder")
            }
            await #expect(throws: UserError("no such run")) { try await service.swap(to: failing) }
            let byIds = ModelService.Opening {
                PlainCatalogue.model(Kind.all[1], dataset, later: .needTraining(method: "id"))
            } encoder: {
                throw UserError("no encoder")
            }
            _ = try await service.hide("i5")
            _ = try await service.put(NewItem(id: "n", title: "a"))
            #expect(await reason { try await service.swap(to: byIds) } == .needsTraining)
            #expect(try await service.answer(to: Question(["i1"])).model == "A")
            #expect(try await service.answer(to: Question(["n"])).ignored.isEmpty)
            _ = try await service.remove("n")
            #expect(try await service.swap(to: byIds) == .init(model: "B", revision: 4))
            var question = Question(["i1"])
            question.top = 100
            #expect(try await service.answer(to: question).items.count == 38)
            #expect(await reason { try await service.put(NewItem(id: "n", title: "a")) } == .needsTraining)
            // Items that cannot be used.
            _ = try await service.swap(to: PlainCatalogue.opening(Kind.all[2], dataset))
            #expect(await reason { try await service.put(NewItem(id: "n")) } == .unusableItem)
            #expect(await reason { try await service.hide("nobody") } == .unknownItem)
        }
    }
}
