import Files
import Torch

/// How hidden states are read.
public enum StateScaling: String, Sendable, Codable, CaseIterable {
    /// As the encoder left them.
    case raw
    /// Each dimension of each kept layer with mean 0 and deviation 1 over the catalogue.
    case standardised
}

/// What states are shifted and scaled by as they are read: x' = (x - mean) factor, float32 [layers, width] both.
struct StateScale {
    /// What is taken off.
    let mean: Tensor
    /// What the rest is multiplied by.
    let factor: Tensor

    /// The scaled ones of float32 states [..., layers, width].
    func callAsFunction(_ states: Tensor) -> Tensor { (states - mean) * factor }

    /// The same of the last layers.
    func suffix(_ count: Int) -> StateScale {
        let kept = (mean.size(0) - count)..<mean.size(0)
        return StateScale(mean: mean.narrowed(0, kept), factor: factor.narrowed(0, kept))
    }

    /// The same of the last layer, for states [..., width].
    var last: StateScale {
        let last = mean.size(0) - 1
        return StateScale(mean: mean.selected(0, last), factor: factor.selected(0, last))
    }
}

/// Mean and standard deviation of each dimension of each kept layer, over the items of a catalogue that have the modality.
///
/// They belong to the model: measured once before training, never trained, kept with the parameters. So items that come later are scaled
/// as those were that the model has learnt from.
struct StateStatistics {
    /// The least deviation that is divided by: a dimension that is the same for all items stays near 0.
    static let leastDeviation = 1e-4

    private let mean: Tensor  // [layers, width]
    private let deviation: Tensor

    /// Asks for `state_mean` and `state_deviation` [layers, width], which change nothing until they are measured or loaded.
    init(_ parameters: Parameters, _ shape: ModalityShape) throws {
        mean = try parameters.constant("state_mean", [shape.layers.count, shape.width], .zeros)
        deviation = try parameters.constant("state_deviation", [shape.layers.count, shape.width], .ones)
    }

    /// x' = (x - mean) / max(deviation, 1e-4).
    var scale: StateScale {
        StateScale(
            mean: mean, factor: Tensor.ones(deviation.shape, on: deviation.device) / deviation.raised(to: Self.leastDeviation))
    }

    /// Measures the states of all items that have the modality, some at a time, in float64.
    ///
    /// - Throws: `CancellationError` when told to stop, and ``UserError`` when an input can no longer be read; then nothing is changed.
    func measure(
        _ source: any StateSource, itemCount: Int, name: String, progress: WorkProgress.Handler?, stop: StopToken
    ) throws {
        let presence = source.presence
        let items = (0..<itemCount).filter { presence?[$0] ?? true }
        var count = 0
        var center = Tensor.zeros(mean.shape, dtype: .float64)
        var squares = Tensor.zeros(mean.shape, dtype: .float64)  // the sum of (x - center)²
        while count < items.count {
            try stop.check()
            let part = items[count..<min(count + Self.itemsAtATime, items.count)]
            let states = try withoutGradients {
                try source.states(of: Tensor(part.map(Int64.init)), training: false).dense(on: .cpu).to(.float64)
            }
            // The sums of two parts are joined as Chan, Golub and LeVeque do: nothing is lost where means are far from 0.
            let ownCenter = states.mean(along: 0)
            let ownSquares = (states - ownCenter).squared().sum(along: 0)
            let (before, own) = (Double(count), Double(part.count))
            let shift = ownCenter - center
            squares = squares + ownSquares + shift.squared() * (before * own / (before + own))
            center = center + shift * (own / (before + own))
            count += part.count
            progress?(WorkProgress("measuring \(name) states", done: count, total: items.count, unit: "items"))
        }
        withoutGradients {
            mean.copy(from: center)
            deviation.copy(from: (squares * (1 / Double(max(1, items.count)))).squareRoot())
        }
    }

    /// Few, so that what is measured with takes less memory than a step of training.
    static let itemsAtATime = 128
}

extension Tensor {
    fileprivate func squared() -> Tensor { self * self }
}
