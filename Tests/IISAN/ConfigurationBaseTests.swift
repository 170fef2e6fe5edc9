import Files
import Foundation
import IISAN
import TestSupport
import Testing

/// Configurations that build on others.
@Suite struct ConfigurationBaseTests {
    private func write(_ text: String, _ path: String, in folder: URL) throws -> URL {
        let url = folder.appending(path: path)
        try Folder.make(url.deletingLastPathComponent())
        try AtomicFile.write(text, to: url)
        return url
    }

    @Test func sectionsAreMergedKeyByKeyAndPathsCountFromTheirOwnFile() throws {
        try withTemporaryFolder { folder in
            _ = try write(
                "encode:\n  text:\n    encoder: e\n    store: s\ndata:\n  dataset: ../d\n", "deep/first.yaml", in: folder)
            _ = try write("base: deep/first.yaml\ntrain:\n  epochs: 5\n  batch_size: 7\n", "second.yaml", in: folder)
            let file = try write(
                "base: ../second.yaml\ntrain:\n  epochs: 3\n  run: r\nencode:\n  text:\n    store: mine\n", "third/c.yaml",
                in: folder)
            let configuration = try Configuration(file, overrides: ["train.rate=0.5"])
            let root = folder.standardizedFileURL.path
            #expect(configuration.data.dataset == "\(root)/d")
            #expect(configuration.encode.text?.encoder == "\(root)/deep/e")
            #expect(configuration.encode.text?.store == "\(root)/third/mine")
            #expect(configuration.train.run == "\(root)/third/r")
            #expect(configuration.train.training.epochs == 3)
            #expect(configuration.train.training.batchSize == 7)
            #expect(configuration.train.training.rate == 0.5)
        }
    }

    @Test func aSectionCanBeTakenAway() throws {
        try withTemporaryFolder { folder in
            _ = try write("encode:\n  text:\n    encoder: e\n", "a.yaml", in: folder)
            #expect(try Configuration(write("base: a.yaml\n", "b.yaml", in: folder)).encode.text != nil)
            #expect(try Configuration(write("base: a.yaml\nencode:\n  text:\n", "c.yaml", in: folder)).encode.text == nil)
        }
    }

    @Test func filesThatBuildOnThemselvesAreErrors() throws {
        try withTemporaryFolder { folder in
            let a = try write("base: b.yaml\n", "a.yaml", in: folder)
            _ = try write("base: a.yaml\n", "b.yaml", in: folder)
            let error = #expect(throws: UserError.self) { try Configuration(a) }
            #expect(error?.description.contains("b.yaml:1: base: builds on itself") == true, "\(error?.description ?? "")")
        }
    }

    @Test func mistakesAreNamedWhereTheyStand() throws {
        try withTemporaryFolder { folder in
            _ = try write("threads: 2\ntrain:\n  epochz: 3\n", "a.yaml", in: folder)
            let below = try write("base: a.yaml\n", "b.yaml", in: folder)
            let error = #expect(throws: UserError.self) { try Configuration(below) }
            #expect(
                error?.description.contains("a.yaml:3: train.epochz: unknown setting") == true, "\(error?.description ?? "")")
            let missing = try write("\nbase: nowhere.yaml\n", "c.yaml", in: folder)
            let other = #expect(throws: UserError.self) { try Configuration(missing) }
            #expect(other?.description.contains("nowhere.yaml") == true)
        }
    }
}
