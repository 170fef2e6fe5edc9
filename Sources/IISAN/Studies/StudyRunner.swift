/// What does the steps of a study.
public protocol StudyRunner {
    /// Does a step.
    ///
    /// - Throws: ``UserError`` when the step fails, and the study goes on with others; `CancellationError` when told to stop, and the same
    ///   step goes on from there.
    func perform(_ step: StudyStep, observer: Pipeline.Observer) throws
}

/// Does steps in this process.
///
/// The peak memory of a run then counts what earlier runs left behind on a processor; ``ProcessRunner`` measures each run alone.
public struct InProcessRunner: StudyRunner {
    /// Makes a runner.
    public init() {}

    /// Does a step.
    public func perform(_ step: StudyStep, observer: Pipeline.Observer) throws { try step.perform(observer) }
}
