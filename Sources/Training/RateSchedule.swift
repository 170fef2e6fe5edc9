import Foundation

/// How learning rates change over the steps of a training: a factor for every step, which the step's number alone decides.
///
/// With w warm-up steps of T steps in all, step s from 0:
///
///     factor(s) = (s + 1) / w                                   for s < w
///     factor(s) = 1                                             after it, constant
///     factor(s) = (1 + cos(π (s - w) / (T - w))) / 2            after it, cosine
///
/// So the last step of the warm-up and the first one after it have the full rate, and the cosine would reach 0 at step T, one after the
/// last. T counts all epochs that are set, also those that an early stop leaves out.
package struct RateSchedule: Sendable, Equatable {
    /// What follows the warm-up.
    package let form: TrainingOptions.Schedule
    /// w: how many steps the rate rises for.
    package let warmupSteps: Int
    /// T: how many steps there are.
    package let steps: Int

    /// Makes a schedule; a warm-up as long as the training, or longer, is all there is of it.
    package init(_ form: TrainingOptions.Schedule = .constant, warmupSteps: Int = 0, steps: Int) {
        precondition(warmupSteps >= 0 && steps >= 1, "\(warmupSteps) warm-up steps of \(steps)")
        self.form = form
        self.warmupSteps = warmupSteps
        self.steps = steps
    }

    /// What the rates are multiplied with in a step, from 0.
    package func factor(step: Int) -> Double {
        if step < warmupSteps { return Double(step + 1) / Double(warmupSteps) }
        switch form {
        case .constant: return 1
        case .cosine:
            guard step < steps else { return 0 }
            return (1 + cos(Double.pi * Double(step - warmupSteps) / Double(steps - warmupSteps))) / 2
        }
    }
}
