import Testing

/// Runs the tests of a suite one at a time among all suites that have this trait, whatever else runs beside them.
///
/// LibTorch has one random state for the process: tests that draw from it, or compare what was drawn, must not run side by side.
package struct OneAtATime: TestTrait, SuiteTrait, TestScoping {
    /// Holds for every test below a suite.
    package var isRecursive: Bool { true }

    /// Waits for its turn, runs the test, and lets the next one in.
    package func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
        // A suite, or a test with several cases as a whole, only holds what takes turns.
        guard testCase != nil else { return try await function() }
        await Turns.shared.take()
        do {
            try await function()
            await Turns.shared.pass()
        } catch {
            await Turns.shared.pass()
            throw error
        }
    }

    /// Whose turn it is.
    private actor Turns {
        static let shared = Turns()
        private var isTaken = false
        private var waiting: [CheckedContinuation<Void, Never>] = []

        func take() async {
            if isTaken {
                await withCheckedContinuation { waiting.append($0) }
            } else {
                isTaken = true
            }
        }

        func pass() {
            if waiting.isEmpty { isTaken = false } else { waiting.removeFirst().resume() }
        }
    }
}

extension Trait where Self == OneAtATime {
    /// One test at a time among those that draw from LibTorch's random state.
    package static var oneAtATime: Self { Self() }
}
