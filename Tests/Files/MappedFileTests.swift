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

    /// What is mapped for reading takes nothing of the memory that the system has to promise.
    @Test func aFileLargerThanMemoryIsMapped() throws {
        try withTemporaryFolder { folder in
            let url = folder.appending(path: "sparse")
            #expect(FileManager.default.createFile(atPath: url.path, contents: nil))
            let size = UInt64(ProcessInfo.processInfo.physicalMemory) * 8
            let file = try FileHandle(forWritingTo: url)
            // A file system that has no files of that size cannot try it.
            guard (try? file.truncate(atOffset: size)) != nil else { return }
            try file.close()
            let mapped = try MappedFile(url)
            #expect(mapped.bytes.count == Int(size))
            #expect(mapped.withBytes { $0[Int(size) - 1] } == 0)
        }
    }

    @Test func onlyFilesAreMapped() throws {
        try withTemporaryFolder { folder in
            #expect(throws: UserError.self) { try MappedFile(folder) }
            let pipe = folder.appending(path: "pipe")
            #expect(mkfifo(pipe.path, 0o600) == 0)
            let error = #expect(throws: UserError.self) { try MappedFile(pipe) }
            #expect(error?.problem == "not a plain file")
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
