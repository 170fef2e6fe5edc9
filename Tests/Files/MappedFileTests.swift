import Files
import Foundation
import TestSupport
import Testing

@Suite struct MappedFileTests {
    @Test func mapsTheBytes() throws {
        try withTemporaryFolder { folder in
            let url = folder.appending(path: "a")
            for bytes: [UInt8] in [[], [1], Array(0...255)] {
                try Data(bytes).write(to: url)
                let file = try MappedFile(url)
                #expect(Array(file.bytes) == bytes)
            }
        }
    }

    @Test func writingToTheMappingLeavesTheFile() throws {
        try withTemporaryFolder { folder in
            let url = folder.appending(path: "a")
            try Data([1, 2, 3]).write(to: url)
            let file = try MappedFile(url)
            file.bytes[1] = 9
            let left = try Data(contentsOf: url)
            #expect(left == Data([1, 2, 3]) && file.bytes[1] == 9)
        }
    }

    @Test func onlyFilesAreMapped() throws {
        try withTemporaryFolder { folder in
            #expect(throws: UserError.self) { try MappedFile(folder) }
            #expect(throws: UserError.self) { try MappedFile(folder.appending(path: "missing")) }
            #expect(throws: UserError.self) { try MappedFile(URL(filePath: "/dev/null")) }
        }
    }

    @Test func hashesAreSHA256() throws {
        // Published values of the empty text and of "abc".
        #expect(ContentHash().digits == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        #expect(Array("abc".utf8).withUnsafeBytes { ContentHash.of($0) } == abc)
        try withTemporaryFolder { folder in
            let url = folder.appending(path: "a")
            try Data("abc".utf8).write(to: url)
            let hash = try ContentHash.of(file: url)
            #expect(hash == abc)
        }
    }

    @Test func textsDoNotRunTogether() {
        func hash(_ texts: String...) -> String {
            var hash = ContentHash()
            for text in texts { hash.update(text) }
            return hash.digits
        }
        #expect(hash("ab", "c") != hash("a", "bc"))
        #expect(hash("ab", "c") == hash("ab", "c"))
        #expect(hash("") != hash())
    }
}
