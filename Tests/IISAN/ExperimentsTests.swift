import Files
import Foundation
import IISAN
import TestSupport
import Testing

/// The frozen experiments can be read, and say what they are meant to say.
@Suite struct ExperimentsTests {
    private static let folder = fixture("").deletingLastPathComponent().appending(path: "Experiments")

    static let files: [String] = (FileManager.default.enumerator(atPath: folder.path)?.compactMap { $0 as? String } ?? [])
        .filter { $0.hasSuffix(".yaml") && !$0.contains("/runs/") }.sorted()

    private static func isStudy(_ file: URL) throws -> Bool {
        try String(contentsOf: file, encoding: .utf8).split(separator: "\n").contains { $0.hasPrefix("study:") }
    }

    @Test func everyDatasetIsThere() {
        #expect(Set(Self.files.map { $0.split(separator: "/")[0] }.filter { !$0.hasSuffix(".yaml") }).count == 9)
    }

    @Test(arguments: files) func everyFileCanBeRead(_ name: String) throws {
        let file = Self.folder.appending(path: name)
        guard try Self.isStudy(file) else {
            let configuration = try Configuration(file)
            let own = file.deletingLastPathComponent().standardizedFileURL.path
            if !["base.yaml", "paper.yaml"].contains(file.lastPathComponent) {
                #expect(configuration.train.run == "\(own)/runs/\(file.deletingPathExtension().lastPathComponent)")
            }
            if !name.hasPrefix("demo"), name != "paper.yaml" { #expect(configuration.train.training.batchSize == 64) }
            return
        }
        // Plans ask encoders for their depth, and only the demo's are in the repository.
        let isHere = name.hasPrefix("demo/")
        var options: StudyOptions?
        switch file.deletingPathExtension().lastPathComponent {
        case "compare":
            // Four methods that train live encoders have two rates each; studies of Scientific's size have none of them.
            #expect(try CompareStudy(file: file).plan(file).variants.count == (name.hasPrefix("scientific-") ? 9 : 22))
        case "compare-live": #expect(try CompareStudy(file: file).plan(file).variants.count == 5)
        case "whole": #expect(try CompareStudy(file: file).plan(file).variants.count == 9)
        case "captions": #expect(try CompareStudy(file: file).plan(file).variants.count == 5)
        case "ablate":
            let study = try AblateStudy(file: file)
            options = study.options
            if isHere { #expect(try study.plan(file).variants.count > 8) }
        case "scale":
            let study = try ScaleStudy(file: file)
            options = study.options
            #expect((study.text?.count ?? 0) >= 2 && (study.image?.count ?? 0) >= 2)
            if isHere { #expect(try study.plan(file).variants.count == 4) }
        case "robustness": #expect(try RobustnessStudy(file: file).run.hasSuffix("runs/compare/iisan/seed-42"))
        case "tune": #expect(try TuneStudy(file: file).plan(file).variants.count == 12)
        default: Issue.record("\(name) is a study of no known kind")
        }
        if let options { _ = try Configuration(URL(filePath: options.base), overrides: options.set) }
    }

    /// The kept layers of the papers.
    @Test(arguments: [
        ("versa/llama-7b+vit-base", [0, 2, 8, 14, 20, 26, 32], [0, 2, 4, 6, 8, 10, 12]),
        ("versa/llama-8b+vit-large", [0, 2, 8, 14, 20, 26, 32], [0, 4, 8, 12, 16, 20, 24]),
        ("versa/gemma-7b+vit-base", [0, 3, 8, 13, 18, 23, 28], [0, 2, 4, 6, 8, 10, 12]),
        ("versa/llama-70b+eva-clip-18b", [0, 5, 20, 35, 50, 65, 80], [0, 3, 12, 21, 30, 39, 48]),
        ("versa/bert-large+vit-large", [0, 4, 8, 12, 16, 20, 24], [0, 4, 8, 12, 16, 20, 24]),
        ("versa/captions", [0, 4, 8, 12, 16, 20, 24], [0, 4, 8, 12, 16, 20, 24]),
        ("scientific/iisan", [0, 2, 4, 6, 8, 10, 12], [0, 2, 4, 6, 8, 10, 12]),
    ]) func keptLayers(name: String, text: [Int], image: [Int]) throws {
        let encode = try Configuration(Self.folder.appending(path: "\(name).yaml")).encode
        #expect(encode.text?.layers == text && encode.image?.layers == image)
    }

    @Test func methodsAreThePapers() throws {
        for dataset in ["scientific", "instrument", "office", "microlens-100k"] {
            for method in Method.allCases where method != .iisanVersa && (method.isTrained || method == .popularity) {
                let file = Self.folder.appending(path: "\(dataset)/\(method.rawValue).yaml")
                let train = try Configuration(file).train
                #expect(train.model.method == method)
                #expect(train.training.epochs == 100 && train.training.patience == 10)
                #expect(train.training.rate == 2e-4 && train.training.sideBlockRate == 1e-4)
                #expect((train.training.precision == .bfloat16) == method.trainsEncoders)
            }
        }
    }
}
