import Captions
import Encoders
import Files
import Foundation
import Generation

extension FuzzTarget {
    /// What models that caption say of themselves, and files of captions.
    static let captions = [
        FuzzTarget(name: "captioner") {
            try Fixtures.all(in: "Captions", ending: "config.json")
        } read: { bytes in
            let folder = FuzzInput.file("config.json", bytes).deletingLastPathComponent()
            let (family, modelType, _) = try VisionLanguageFamilies.read(folder)
            let states = try family.statesPerTile()
            claim(states > 0 && family.parts.text.width > 0, "\(modelType): \(states) states of a tile")
            claim(
                family.reading.layers.allSatisfy { (0...family.parts.vision.depth).contains($0) },
                "\(modelType): \(family.reading)")
        },
        FuzzTarget(name: "generation") {
            try Fixtures.all(in: "Captions", ending: "generation_config.json")
                + [Data(#"{"eos_token_id": [2, 7], "repetition_penalty": 1.1, "num_beams": 1, "top_p": null}"#.utf8)]
        } read: { bytes in
            let file = FuzzInput.file("generation_config.json", bytes)
            let folder = file.deletingLastPathComponent()
            let configuration = folder.appending(path: "model.json")
            try Data("{}".utf8).write(to: configuration)
            let settings = try GenerationFile(folder, ConfigurationFile(configuration))
            claim(settings.repetitionPenalty > 0, "a penalty of \(settings.repetitionPenalty)")
        },
        FuzzTarget(name: "captions") {
            [
                Data(#"{"caption":"A red mug.","item":"7","picture":"ab"}"#.utf8),
                Data(
                    "{\"item\":\"7\",\"picture\":\"\",\"problem\":\"no picture\"}\n{\"item\":\"8\",\"picture\":\"cd\",\"caption\":\"x\",\"cut\":true}\n"
                        .utf8),
            ]
        } read: { bytes in
            let lines = try CaptionFile(FuzzInput.file("captions.jsonl", bytes)).lines()
            claim(lines.allSatisfy { ($0.caption == nil) != ($0.problem == nil) }, "a line with both or neither")
        },
    ]
}
