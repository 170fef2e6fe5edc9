import Foundation
import IISAN
import TestSupport
import Testing

/// Bad input ends with a clear error and a code, leaves nothing half-written and touches no file.
@Suite(WithPreparedShop()) struct BadInputTests {
    /// The most characters of a message.
    private static let longest = 2_000

    @Test(arguments: BadInput.all) func endsWithAClearError(_ row: BadInput) throws {
        let shop = try #require(WithPreparedShop.shop)
        try withTemporaryFolder { url in
            let folder = try BadInputFolder(url, for: row, of: shop)
            let before = try folder.contents()
            let outcome = try CommandLine.run(
                row.words, in: url, environment: ["HF_HUB_OFFLINE": "1", "HF_HUB_CACHE": folder["no-cache"].path])
            #expect(outcome.code == row.code, "\(outcome.output)\(outcome.errors)")
            #expect(!outcome.errors.contains("Fatal error"), "\(outcome.errors.suffix(Self.longest))")

            let message = try #require(folder.message(outcome.errors), "no error in: \(outcome.errors)")
            for text in row.says { #expect(message.contains(text)) }
            #expect(message.count < Self.longest, "\(message.prefix(Self.longest))")
            let controls = message.unicodeScalars.filter { $0 != "\n" && $0.properties.generalCategory == .control }
            #expect(controls.isEmpty, "\(controls.map(\.value)) in: \(message)")

            let after = try folder.contents()
            let changed = Set(before.keys).union(after.keys).filter { path in
                before[path] != after[path] && !row.leaves.contains { path == $0 || path.hasPrefix("\($0)/") }
            }
            #expect(changed.isEmpty, "made, written or gone: \(changed.sorted())")
            for ending in [".partial", ".old"] { #expect(!after.keys.contains { $0.hasSuffix(ending) }) }

            shop.note(message, of: row)
            if BadInputDocument.isWritten { return }
            // What is said of a wrong command line are the words of ArgumentParser, and of the version that is used.
            let line = row.code == 64 ? BadInputDocument.start(of: row) : BadInputDocument.line(row, message)
            #expect(
                try BadInputDocument.lines().contains { $0.hasPrefix(line) },
                "not in BadInputs.md; make bad-inputs writes it:\n\(line)")
        }
    }

    @Test(.disabled(if: BadInputDocument.isWritten, "it is being written"))
    func theDocumentHasTheseRowsAndNoOthers() throws {
        let lines = try BadInputDocument.lines().filter { $0.hasPrefix("| ") }
        let rows = lines.filter { !$0.hasPrefix("| input |") && !$0.hasPrefix("| --- |") }
        #expect(rows.count == BadInput.all.count)
        #expect(Set(BadInput.all.map(\.key)).count == BadInput.all.count, "two rows are the same")
        #expect(Set(rows).count == rows.count)
        #expect(rows.count >= 150)
    }

    @Test func damagedPicturesCanBeSkipped() throws {
        try withTemporaryFolder { folder in
            _ = try SmallShop(folder, items: 100, users: 20)
            let pictures = folder.appending(path: "world/pictures")
            let name = try FileManager.default.contentsOfDirectory(atPath: pictures.path).sorted()[3]
            let picture = try Data(contentsOf: pictures.appending(path: name))
            try picture.prefix(picture.count / 2).write(to: pictures.appending(path: name))
            let outcome = try CommandLine.run(["run", "config.yaml", "--set", "encode.image.damaged=skip"], in: folder)
            #expect(outcome.code == 0, "\(outcome.errors)")
            #expect(outcome.errors.contains("skipped") && outcome.errors.contains(name))
            let store = try HiddenStateStore.open(folder.appending(path: "states/image"))
            #expect((0..<100).count { !store.isPresent($0) } == 1)
        }
    }
}
