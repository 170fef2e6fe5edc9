import Files
package import Foundation
public import Modeling
import Owned
package import Torch

/// A checkpoint: a folder with the parameters, the optimiser's state, the random state and how far training had come.
///
/// `model.safetensors`, `optimiser.safetensors`, `random.safetensors`, `SHA256SUMS` of them, and `state.json`; it appears whole or not at
/// all. What a model computes with and never trains is beside its parameters. Where parameters are averaged, `model.safetensors` holds the averages, and `unaveraged.safetensors` the parameters that training
/// continues from.
public struct Checkpoint {
    /// Where it is.
    package let folder: URL

    /// Names a checkpoint; nothing is read.
    package init(_ folder: URL) { self.folder = folder }

    /// The parameters.
    package var model: URL { folder.appending(path: "model.safetensors") }
    private var optimiser: URL { folder.appending(path: "optimiser.safetensors") }
    private var unaveraged: URL { folder.appending(path: "unaveraged.safetensors") }
    private var random: URL { folder.appending(path: "random.safetensors") }
    private var stateFile: URL { folder.appending(path: "state.json") }
    /// The hashes of the files, one a line; an older build wrote none.
    package var sums: URL { folder.appending(path: "SHA256SUMS") }

    /// Whether there is one.
    package var exists: Bool { FileManager.default.fileExists(atPath: stateFile.path) }

    /// Writes everything, in place of an older checkpoint.
    ///
    /// - Parameters:
    ///   - recommender: with the parameters that the last step left.
    ///   - average: their average, where there is one.
    /// - Throws: ``UserError`` when the disk is full or fails; the older checkpoint is then untouched.
    package func write(
        _ recommender: Recommender, _ optimizer: any Optimizer, average: ParameterAverage? = nil, _ state: TrainingState
    ) throws {
        try OwnedFolder(.checkpoint, at: folder, for: .replacing).create { folder in
            let new = Checkpoint(folder)
            let encoders = recommender.itemTower.encoderHashes.map { ("encoder.\($0.modality.name)", $0.value) }
            let own = recommender.parameters.all
            let constants = recommender.parameters.constants.map { ($0.key, $0.value) }
            try Weights.write(
                (average?.values ?? own).map { ($0.key, $0.value) } + constants, to: new.model,
                metadata: Dictionary(uniqueKeysWithValues: encoders))
            if average != nil { try Weights.write(own.map { ($0.key, $0.value) } + constants, to: new.unaveraged) }
            try Weights.write(optimizer.state.map { ($0.key, $0.value) }, to: new.optimiser)
            var states = [(key: "cpu", value: RandomState.current())]
            if recommender.device != .cpu { states.append((key: "device", value: RandomState.current(of: recommender.device))) }
            try Weights.write(states, to: new.random)
            try JSONFile.write(state, to: new.stateFile)
            try new.writeSums(isAveraged: average != nil)
        }
    }

    /// Puts back or removes what a writer that was killed has left; does nothing where there never was a checkpoint.
    ///
    /// - Throws: ``UserError`` when something else lies in the folder, which the next checkpoint would replace.
    package func prepare() throws {
        guard FileManager.default.fileExists(atPath: folder.deletingLastPathComponent().path) else { return }
        _ = try OwnedFolder(.checkpoint, at: folder, for: .replacing)
    }

    /// Puts back the only copy that a writer that was killed has left, for who reads only.
    package func recover() { OwnedFolder.recover(.checkpoint, at: folder) }

    /// Copies another checkpoint into the place of this one.
    ///
    /// - Throws: ``UserError`` when the disk fails.
    package func copy(_ other: Checkpoint) throws {
        try OwnedFolder(.checkpoint, at: folder, for: .replacing).create { folder in
            for name in try FileManager.default.contentsOfDirectory(atPath: other.folder.path) {
                try AtomicFile.copy(other.folder.appending(path: name), to: folder.appending(path: name))
            }
        }
    }

    /// Checks every byte against the checksums that were written with it; of an older build's checkpoint, what can be read without them.
    ///
    /// - Throws: ``UserError`` for the first file that is missing or damaged.
    package func check() throws {
        _ = try state()
        let sums = try? String(contentsOf: sums, encoding: .utf8)
        let isAveraged = sums?.contains(unaveraged.lastPathComponent) == true
        for file in [model, optimiser, random] + (isAveraged ? [unaveraged] : []) {
            _ = try Weights(file: file)
            try checkSum(of: file)
        }
    }

    private func writeSums(isAveraged: Bool) throws {
        let lines = try ([model, optimiser, random] + (isAveraged ? [unaveraged] : [])).map { file in
            "\(try ContentHash.of(file: file))  \(file.lastPathComponent)\n"
        }
        try AtomicFile.write(lines.joined(), to: sums)
    }

    private func checkSum(of file: URL) throws {
        // An older build wrote none.
        guard let text = try? String(contentsOf: sums, encoding: .utf8) else { return }
        guard text.contains("\(try ContentHash.of(file: file))  \(file.lastPathComponent)\n") else {
            throw UserError("is damaged: its bytes are not those that were written", at: file.path)
        }
    }

    /// Reads the parameters into a model of the same settings.
    ///
    /// The stand-in for a missing modality may be absent, or be one too many: the model may see other items than it was trained on.
    ///
    /// - Throws: ``UserError`` when the file is missing, damaged or of another model.
    public func load(into recommender: Recommender) throws {
        let weights = try Weights(file: model)
        for (modality, hash) in recommender.itemTower.encoderHashes {
            guard let trained = weights.metadata["encoder.\(modality.name)"], trained != hash else { continue }
            throw UserError(
                "was trained on another \(modality) encoder, or with other settings of it", at: model.path,
                remedy: "Name the encoder and the store that the run was trained with, or train again.")
        }
        try recommender.parameters.load(weights)
        try checkSum(of: model)
    }

    /// How far training had come.
    ///
    /// - Throws: ``UserError`` when the file is missing, damaged or of another version.
    package func state() throws -> TrainingState {
        let state = try JSONFile.read(TrainingState.self, from: stateFile)
        guard state.formatVersion == TrainingState.currentVersion else {
            throw UserError(
                "is of version \(state.formatVersion), this program reads version \(TrainingState.currentVersion)",
                at: stateFile.path, remedy: "Train again, or use the program the run was made with.")
        }
        return state
    }

    /// Reads everything, so that training continues as if it had not stopped.
    ///
    /// The random state of the process, and of the model's device, becomes that of the checkpoint.
    ///
    /// - Parameter average: what the parameters' average is put back into, where training has one.
    /// - Throws: ``UserError`` as ``load(into:)`` does.
    package func resume(
        _ recommender: Recommender, _ optimizer: any Optimizer, average: ParameterAverage? = nil
    ) throws -> TrainingState {
        let state = try state()
        let random = try Weights(file: random)
        try load(into: recommender)
        if let average {
            // The averages were just read in the parameters' place.
            let own = try Weights(file: unaveraged)
            try checkSum(of: unaveraged)
            average.restart()
            try recommender.parameters.load(own)
        }
        try optimizer.load(Weights(file: optimiser))
        try restore("cpu", of: .cpu, from: random)
        if recommender.device != .cpu, random.has("device") { try restore("device", of: recommender.device, from: random) }
        return state
    }

    /// Puts a random state back.
    private func restore(_ name: String, of device: Device, from file: Weights) throws {
        let state = try file.tensor(name, shape: RandomState.current(of: device).shape)
        guard state.dtype == .uint8 else {
            throw UserError("tensor \"\(name)\" is not of bytes", at: random.path, remedy: "Train again.")
        }
        do { try withTensorErrors { RandomState.restore(state.clone(), of: device) } } catch {
            throw UserError("tensor \"\(name)\" is no random state", at: random.path, remedy: "Train again.")
        }
    }
}
