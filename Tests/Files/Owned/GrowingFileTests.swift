import Files
import Foundation
import TestSupport
import Testing

@testable import Owned

/// A file that is made in steps, whose writer is stopped, killed or not alone.
@Suite struct GrowingFileTests {
    /// Writes steps from where the file is; `last` is where the writer goes without a word.
    private func write(_ url: URL, inputs: String = "a", until last: Int, of count: Int = 10, notes: Int? = nil) throws -> Int {
        let file = try GrowingFile(url, inputs: inputs, replacing: true)
        let first = file.done
        for step in first..<last {
            try file.append(Array("step \(step) of \(inputs)\n".utf8), done: step + 1)
            if step + 1 == notes { try file.note() }
        }
        if last == count { try file.commit() }
        return first
    }

    private func whole(_ inputs: String) -> Data { Data((0..<10).map { "step \($0) of \(inputs)\n" }.joined().utf8) }

    private func names(_ folder: URL) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    }

    @Test func whatWasNotedIsGoneOnWith() throws {
        try withTemporaryFolder { folder in
            let url = folder.appending(path: "new/lists.tsv")
            // Nothing noted, nothing kept.
            let first = try write(url, until: 3)
            #expect(first == 0)
            #expect(try names(url.deletingLastPathComponent()).isEmpty)
            // Two steps came after what was noted: they are cut off and made again.
            #expect(try write(url, until: 6, notes: 4) == 0)
            #expect(!FileManager.default.fileExists(atPath: url.path))
            #expect(try write(url, until: 10) == 4)
            #expect(try Data(contentsOf: url) == whole("a"))
            #expect(try names(url.deletingLastPathComponent()) == ["lists.tsv"])
        }
    }

    @Test func otherInputsBeginAnew() throws {
        try withTemporaryFolder { folder in
            let url = folder.appending(path: "lists.tsv")
            _ = try write(url, until: 6, notes: 5)
            #expect(try write(url, inputs: "b", until: 10) == 0)
            #expect(try Data(contentsOf: url) == whole("b"))
        }
    }

    @Test func aFileThatLostBytesBeginsAnew() throws {
        try withTemporaryFolder { folder in
            let url = folder.appending(path: "lists.tsv")
            _ = try write(url, until: 6, notes: 5)
            let building = folder.appending(path: HiddenName.building(of: "lists.tsv"))
            try Data("step".utf8).write(to: building)
            #expect(try write(url, until: 10) == 0)
            #expect(try Data(contentsOf: url) == whole("a"))
        }
    }

    @Test func anOlderFileStaysUntilTheNewOneIsWhole() throws {
        try withTemporaryFolder { folder in
            let url = folder.appending(path: "lists.tsv")
            try Data("mine".utf8).write(to: url)
            #expect(throws: UserError.self) { _ = try GrowingFile(url, inputs: "a", replacing: false) }
            #expect(try names(folder) == ["lists.tsv"])
            _ = try write(url, until: 6, notes: 5)
            #expect(try Data(contentsOf: url) == Data("mine".utf8))
            _ = try write(url, until: 10)
            #expect(try Data(contentsOf: url) == whole("a"))
            #expect(throws: UserError.self) { _ = try GrowingFile(folder, inputs: "a", replacing: true) }
        }
    }

    @Test func aSecondWriterIsRefused() throws {
        try withTemporaryFolder { folder in
            let url = folder.appending(path: "lists.tsv")
            let first = try GrowingFile(url, inputs: "a", replacing: false)
            #expect(throws: UserError.self) { _ = try GrowingFile(url, inputs: "a", replacing: false) }
            try first.append([65], done: 1)
            try first.commit()
            #expect(try Data(contentsOf: url) == Data([65]))
        }
    }

    /// What a writer leaves that is killed right after it has put its file in place goes with the next call, though that is refused.
    @Test func whatAKilledWriterLeavesGoes() throws {
        try withTemporaryFolder { folder in
            let url = folder.appending(path: "lists.tsv")
            let (lock, building) = (HiddenName.lock(of: "lists.tsv"), HiddenName.building(of: "lists.tsv"))
            for name in ["lists.tsv", lock, building + ".json"] { try Data("{}".utf8).write(to: folder.appending(path: name)) }
            #expect(throws: UserError.self) { _ = try GrowingFile(url, inputs: "a", replacing: false) }
            #expect(try names(folder) == ["lists.tsv"])
            // What another is to be made of stays.
            for name in [building, building + ".json"] { try Data("{}".utf8).write(to: folder.appending(path: name)) }
            try Data().write(to: folder.appending(path: lock))
            #expect(throws: UserError.self) { _ = try GrowingFile(url, inputs: "a", replacing: false) }
            #expect(try names(folder) == [building, building + ".json", "lists.tsv"].sorted())
        }
    }
}
