import Foundation
import Torch

/// Which threads make the inputs of an encoder, and when.
struct InputThreads: Sendable, Equatable {
    /// How many tokenize and decode.
    let count: Int
    /// Whether they do so beside the encoder, or between its batches.
    let areBeside: Bool

    /// Makes a choice.
    init(_ count: Int, areBeside: Bool) {
        self.count = count
        self.areBeside = areBeside
    }

    /// Beside an encoder on a GPU, or on a processor that it does not use whole. Else between the batches, on all cores: threads that
    /// compete with those of an operation stall all of them at its end.
    ///
    /// - Parameters:
    ///   - count: how many threads, where the user says so; nil: those of the cores that the encoder leaves.
    ///   - encoderThreads: how many threads an operation of the encoder uses.
    init(
        _ count: Int?, device: Device, encoderThreads: Int = LibTorch.threads,
        cores: Int = ProcessInfo.processInfo.activeProcessorCount
    ) {
        let free = device.kind == .cpu ? cores - encoderThreads : cores
        areBeside = free > 0
        self.count = max(1, count ?? (areBeside ? free : cores))
    }
}
