/// What does the steps of a study.
public protocol StudyRunner {
    /// Does a step.
    ///
    /// - Returns: false when it was told to stop; the same step goes on from there.
    /// - Throws: ``UserError`` when the step fails; the study goes on with others.
    func perform(_ step: StudyStep, observer: Pipeline.Observer) throws -> Bool
}

/// Does steps in this process.
///
/// The peak memory of a run then counts what earlier runs left behind on a processor; ``ProcessRunner`` measures each run alone.
public struct InProcessRunner: StudyRunner {
    /// Makes a runner.
    public init() {}

    /// Does a step.
    public func perform(_ step: StudyStep, observer: Pipeline.Observer) throws -> Bool { try step.perform(observer) }
}
