import Datasets
import Files
import Modeling
import Torch

/// A step whose operations a device records once for each shape of batches, and does again with one call.
///
/// Small operations take less time on a GPU than the processor needs to ask for them: some thousand of them a step. Batches are padded to
/// few shapes, and all that changes from step to step lies in tensors that are written before. On a device that records nothing, as the
/// processor's stand-in, the same operations are asked for each time.
final class CapturedStep {
    private let recommender: Recommender
    private let optimizer: any Optimizer
    private let average: ParameterAverage?
    private let clipNorm: Double?
    private let autocast: ElementType?
    /// Each group's rate, and what the parameters count in their average [groups + 1].
    private let numbers: Tensor
    private var forms: [BatchShape: Form] = [:]
    private var last: Capture?

    /// What there is for one shape.
    private struct Form {
        /// Where a batch is written to.
        let batch: BatchTensors
        /// The step's loss, once there was one.
        var loss: Tensor?
        /// The step, once it was recorded.
        var capture: Capture?
    }

    /// So many shapes are kept; batches of further ones make their steps one operation at a time.
    private static let mostForms = 64

    /// Whether a device records; its stand-in makes the same steps, to try them.
    static func isWorthwhile(on device: Device) -> Bool { Capture.isAvailable(on: device) || device == .standIn }

    init(
        _ recommender: Recommender, _ optimizer: any Optimizer, _ average: ParameterAverage?, clipNorm: Double?,
        autocast: ElementType?
    ) {
        self.recommender = recommender
        self.optimizer = optimizer
        self.average = average
        self.clipNorm = clipNorm
        self.autocast = autocast
        numbers = .empty([optimizer.groups.count + 1], on: recommender.device)
    }

    /// Makes a step.
    ///
    /// - Parameters:
    ///   - rateFactor: what the rates are multiplied with.
    ///   - number: the step's in the training, from 0.
    /// - Returns: the loss before the step, a scalar on the device, until the next step.
    /// - Throws: ``UserError`` where the device cannot record the step.
    func callAsFunction(_ batch: TrainingBatch, rateFactor: Double, number: Int) throws -> Tensor {
        let candidates = recommender.objective.candidates(for: batch)
        let shape = BatchShape(of: candidates).padded
        var form = forms[shape] ?? Form(batch: BatchTensors(shape, on: recommender.device))
        form.batch.take(padding: candidates, positions: batch.positions)
        numbers.take([optimizer.groups.map { Float($0.rate * rateFactor) } + [Float(average?.share(step: number) ?? 0)]])
        if form.capture == nil, form.loss != nil, Capture.isAvailable(on: recommender.device) { try record(&form) }
        if let capture = form.capture { capture.replay() } else { form.loss = try work(on: form.batch) }
        if forms[shape] != nil || forms.count < Self.mostForms { forms[shape] = form }
        guard let loss = form.loss else { preconditionFailure("a step that was made has a loss") }
        return loss
    }

    /// Records the step of a shape that was made once before.
    private func record(_ form: inout Form) throws {
        // What was allocated for the gradients before is given back before, not meanwhile.
        optimizer.clearGradients()
        do {
            let capture = try Capture(on: recommender.device, sharingMemoryOf: last) { form.loss = try work(on: form.batch) }
            (form.capture, last) = (capture, capture)
        } catch var error as UserError {
            error.problem = "the steps cannot be recorded on \(recommender.device): \(error.problem)"
            error.remedy = "Set train.capture to false: each step then takes longer."
            throw error
        }
    }

    /// All operations of a step.
    private func work(on batch: BatchTensors) throws -> Tensor {
        optimizer.clearGradients()
        let loss = try withAutocast(to: autocast, on: recommender.device) { try recommender.loss(batch) }
        try recommender.backward(loss)
        if let clipNorm { optimizer.clipGradients(to: clipNorm) }
        optimizer.update(rates: numbers)
        average?.update(share: numbers.selected(0, optimizer.groups.count))
        return loss.detached()
    }
}
