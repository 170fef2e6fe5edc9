import Encoders
import Files
import Foundation
import HiddenStates
import Training

extension FuzzTarget {
    /// What says what lies in a folder: configurations of encoders, and the manifest of a run.
    static let manifests = [
        FuzzTarget(name: "encoder") {
            try Fixtures.all(in: "Encoders", ending: "config.json")
        } read: { bytes in
            let folder = FuzzInput.file("config.json", bytes).deletingLastPathComponent()
            for modality in Modality.ofEncoders {
                do {
                    let (family, modelType) = try EncoderFamilies.read(folder, for: modality)
                    claim(family.width > 0 && family.depth > 0, "\(modelType): \(family.depth) blocks of width \(family.width)")
                } catch is UserError {
                    // The other modality may be read all the same.
                }
            }
        },
        FuzzTarget(name: "run") {
            [try JSONEncoder().encode(RunManifest(dataset: "shop", contentHash: "0123", stores: [:], encoders: [encoder]))]
                + [Data(completeRun.utf8)]
        } read: { bytes in
            let run = RunDirectory(FuzzInput.file("run.json", bytes).deletingLastPathComponent())
            guard let manifest = try RunManifest.read(of: run) else { fatalError("run: the file is not there") }
            claim(manifest.differences(from: manifest).isEmpty, "a run differs from itself")
            let again = try JSONDecoder().decode(RunManifest.self, from: JSONEncoder().encode(manifest))
            claim(again == manifest, "what was read is not what is written")
        },
    ]

    /// The manifest of a run over one store.
    private static let completeRun = """
        {"kind": "run", "formatVersion": 1, "inputs": "ab", "dataset": {"path": "shop", "contentHash": "01"}, "encoders": [],
         "stores": [{"modality": "text", "path": "states/text", "itemsHash": "cd", "identity":
           {"encoder": {"family": "bert", "name": "tiny", "weightsHash": "ef", "tokenizerHash": null}, "modality": "text",
            "preprocessing": {"maximumTokens": "30"}, "pooling": "first", "layers": [0, 2], "width": 128, "dtype": "float16"}}]}
        """

    private static let encoder = RunManifest.Encoder(modality: .text, path: "bert", encoderHash: "4567", inputsHash: "89ab")
}
