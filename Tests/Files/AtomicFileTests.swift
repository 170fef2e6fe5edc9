import Files
import Foundation
import TestSupport
import Testing

@Suite struct AtomicFileTests {
    private func names(_ folder: URL) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    }

    @Test func isSeenOnlyWhenCommitted() throws {
        try withTemporaryFolder { folder in
            let url = folder.appending(path: "a.txt")
            try AtomicFile.write("old", to: url)
            do {
                let file = try AtomicFile(url)
                try file.write("half")
                #expect(try String(contentsOf: url, encoding: .utf8) == "old")
            }
            let left = try names(folder)
            #expect(left == ["a.txt"])
            let file = try AtomicFile(url)
            try file.write("new ")
            try file.write(Data("text".utf8))
            try file.write("")
            try file.commit()
            let text = try String(contentsOf: url, encoding: .utf8)
            #expect(text == "new text")
        }
    }

    @Test func namesThePlaceThatCannotBeWritten() throws {
        try withTemporaryFolder { folder in
            let error = try #require(throws: UserError.self) {
                try AtomicFile.write("x", to: folder.appending(path: "no/a.txt"))
            }
            #expect(error.place?.hasSuffix("no/a.txt") == true && error.remedy == "Check the path.")
            // A folder stands where the file should go: the rename fails and nothing is left.
            try Folder.make(folder.appending(path: "b/c"))
            #expect(throws: UserError.self) { try AtomicFile.write("x", to: folder.appending(path: "b")) }
            let left = try names(folder)
            #expect(left == ["b"])
        }
    }

    @Test func folderAppearsWhole() throws {
        struct Stop: Error {}
        try withTemporaryFolder { folder in
            let url = folder.appending(path: "deep/set")
            #expect(throws: Stop.self) {
                try Folder.create(at: url) { partial in
                    try AtomicFile.write("x", to: partial.appending(path: "a"))
                    throw Stop()
                }
            }
            #expect(try names(folder.appending(path: "deep")).isEmpty == true)
            try Folder.create(at: url) { try AtomicFile.write("1", to: $0.appending(path: "a")) }
            #expect(throws: UserError.self) { try Folder.create(at: url) { _ in } }
            #expect(throws: Stop.self) { try Folder.create(at: url, replacing: true) { _ in throw Stop() } }
            let kept = try names(url)
            #expect(kept == ["a"])
            try Folder.create(at: url, replacing: true) { try AtomicFile.write("2", to: $0.appending(path: "b")) }
            let replaced = try names(url)
            let around = try names(folder.appending(path: "deep"))
            #expect(replaced == ["b"] && around == ["set"])
        }
    }

    @Test func spaceIsChecked() throws {
        try withTemporaryFolder { folder in
            try Folder.checkSpace(for: 0, at: folder)
            let error = try #require(throws: UserError.self) { try Folder.checkSpace(for: .max, at: folder) }
            #expect(error.problem.contains("MB are needed"))
        }
    }

    @Test func lockKeepsOthersOut() throws {
        try withTemporaryFolder { folder in
            do {
                let lock = try FolderLock(folder)
                #expect(throws: UserError.self) { try FolderLock(folder) }
                lock.remove()
            }
            _ = try FolderLock(folder)
            #expect(throws: UserError.self) { try FolderLock(folder.appending(path: "missing")) }
        }
    }
}
