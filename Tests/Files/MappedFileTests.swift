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

    /// A part that was read ahead is in memory without having been read, also where it does not begin with a page.
    @Test func partsAreReadAhead() throws {
        try withTemporaryFolder { folder in
            let url = folder.appending(path: "file")
            let page = Int(sysconf(Int32(_SC_PAGESIZE)))
            try Data((0..<64 * page).map { UInt8(truncatingIfNeeded: $0) }).write(to: url)
            let descriptor = open(url.path, O_RDONLY)
            defer { close(descriptor) }
            // Out of memory again, as far as the file system has it elsewhere.
            #expect(fsync(descriptor) == 0)
            #if canImport(Glibc)
                posix_fadvise(descriptor, 0, 0, POSIX_FADV_DONTNEED)
            #endif
            let file = try MappedFile(url)
            let part = 20 * page + 100..<24 * page + 7
            file.readAhead(part)
            file.readAhead(0..<0)
            var resident = [UInt8](repeating: 0, count: 5)
            for _ in 0..<500 where resident.contains(where: { $0 & 1 == 0 }) {
                usleep(10_000)
                #expect(
                    mincore(UnsafeMutableRawPointer(mutating: file.bytes.baseAddress! + 20 * page), 5 * page, &resident) == 0)
            }
            #expect(resident.allSatisfy { $0 & 1 == 1 })
            #expect(file.bytes[part].elementsEqual(part.map { UInt8(truncatingIfNeeded: $0) }))
        }
    }
}
