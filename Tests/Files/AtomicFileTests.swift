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

    @Test func spaceIsChecked() throws {
        try withTemporaryFolder { folder in
            try Folder.checkSpace(for: 0, at: folder)
            let error = try #require(throws: UserError.self) { try Folder.checkSpace(for: .max, at: folder) }
            #expect(error.problem.contains("MB are needed"))
        }
    }

    @Test func leftoversAreToldByTheirNames() {
        let name = HiddenName.new(for: "a.b", .partial)
        #expect(HiddenName.isLeftover(name, .partial) && HiddenName.isLeftover(name, of: "a.b", .partial))
        #expect(!HiddenName.isLeftover(name, of: "b", .partial) && !HiddenName.isLeftover(name, of: "a", .partial))
        #expect(!HiddenName.isLeftover(name, .old))
        for other in [
            ".partial", "..1-2.partial", ".a.1.partial", ".a.1-x.partial", "a.1-2.partial", ".a.1-2-3.partial", ".a.-2.partial",
        ] {
            #expect(!HiddenName.isLeftover(other, .partial), "\(other)")
        }
        // As long as a name may be: what is added to it has to find room.
        for long in [String(repeating: "x", count: 255), String(repeating: "é", count: 127)] {
            let hidden = HiddenName.new(for: long, .old)
            #expect(hidden.utf8.count <= 255 && HiddenName.isLeftover(hidden, of: long, .old))
            #expect(!HiddenName.isLeftover(hidden, of: long + "x", .old))
        }
    }
}
