package import Torch

extension Ranks {
    /// What steps took.
    package struct Steps: Sendable {
        /// How many.
        package var count = 0
        /// What their collectives moved.
        package var traffic = ProcessGroup.Traffic()
        /// Their time, with that of the collectives.
        package var seconds = 0.0
    }

    /// Runs a step, and counts what it moves and how long it takes.
    package func countingStep<Result>(_ body: () throws -> Result) rethrows -> Result {
        let before = group.traffic
        let clock = ContinuousClock()
        let start = clock.now
        let result = try body()
        steps.count += 1
        steps.seconds += (clock.now - start) / .seconds(1)
        steps.traffic.collectives += group.traffic.collectives - before.collectives
        steps.traffic.bytes += group.traffic.bytes - before.bytes
        steps.traffic.seconds += group.traffic.seconds - before.seconds
        return result
    }
}
