import Encoders
import Catalogue
import Files
import Foundation
import Modeling
import Torch
import Training

/// What a stage was made of, kept beside what it made: a stage whose inputs are the same is not done again.
struct StageInputs {
    private var hash = ContentHash()

    /// Adds a text: a setting, or the hash of an earlier stage.
    mutating func add(_ text: String) { hash.update(text) }

    /// Adds a file by its size and time, or a folder by the names, sizes and times of its files.
    ///
    /// - Parameter asItself: whether another file of the same size and time counts as changed too.
    /// - Throws: ``UserError`` when there is nothing at the path.
    mutating func add(path: String, asItself: Bool = false) throws {
        func version(of status: stat) -> String {
            Self.version(of: status) + (asItself ? " \(status.st_dev) \(status.st_ino)" : "")
        }
        var status = stat()
        guard stat(path, &status) == 0 else { throw UserError.system("could not find the file", at: path) }
        hash.update(path)
        if status.st_mode & S_IFMT == S_IFDIR {
            let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
            for name in names.sorted() {
                var part = stat()
                guard stat("\(path)/\(name)", &part) == 0 else { continue }
                hash.update("\(name) \(version(of: part))")
            }
        } else {
            hash.update(version(of: status))
        }
    }

    /// Size and time of the last change.
    private static func version(of status: stat) -> String {
        #if canImport(Darwin)
            let time = status.st_mtimespec
        #else
            let time = status.st_mtim
        #endif
        return "\(status.st_size) \(time.tv_sec) \(time.tv_nsec)"
    }

    /// The hash of all that was added.
    var digits: String { hash.digits }

    /// Whether the stage was made of the same.
    func match(_ url: URL) -> Bool { (try? String(contentsOf: url, encoding: .utf8)) == hash.digits + "\n" }

    /// Notes what the stage was made of.
    func write(to url: URL) throws { try AtomicFile.write(hash.digits + "\n", to: url) }
}

/// What a stage of a pipeline has made and a later one needs again: it is made once.
final class KeptWork {
    private var inputs: [Modality: LiveInputs] = [:]
    private var hashes: [Modality: LiveInputs.Hashes] = [:]
    private var ranked: RankedModel?
    /// Where the stores that were asked for are read, by the names of their copies, which say what they hold.
    var near: [String: HiddenStateStore] = [:]

    /// A trained model with the vectors of the whole catalogue.
    struct RankedModel {
        /// How far the run had come at the best epoch, whose parameters these are.
        let state: TrainingState
        /// The model.
        let recommender: Recommender
        /// Its item vectors [items, width].
        let itemVectors: Tensor
    }

    /// The inputs of a live encoder, read when they are asked for first.
    func inputs(_ modality: Modality, read: () throws -> LiveInputs) rethrows -> LiveInputs {
        if let known = inputs[modality] { return known }
        let made = try read()
        inputs[modality] = made
        return made
    }

    /// The hashes of a modality's inputs, which read every file of the encoder and every picture, computed when they are asked for first.
    func hashes(_ modality: Modality, read: () throws -> LiveInputs.Hashes) rethrows -> LiveInputs.Hashes {
        if let known = hashes[modality] { return known }
        let made = try read()
        hashes[modality] = made
        return made
    }

    /// The model of a best epoch, made when it is asked for first and when the run has a better epoch since.
    func ranked(at state: TrainingState, make: () throws -> RankedModel) rethrows -> RankedModel {
        if let ranked, ranked.state == state { return ranked }
        // The old one's memory is free for the new one.
        ranked = nil
        let made = try make()
        ranked = made
        return made
    }

    /// Forgets the model: a training takes its place.
    func forgetModel() { ranked = nil }
}
