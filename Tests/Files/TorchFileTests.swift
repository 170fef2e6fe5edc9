import Files
import Foundation
import TestSupport
import Testing

/// Archives and pickles written by hand.
@Suite struct TorchFileTests {
    private func number(_ value: Int, _ bytes: Int) -> [UInt8] {
        (0..<bytes).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
    }

    /// A zip archive of stored entries; a large one has its numbers where archives of more than 4 GB have them.
    private func archive(_ entries: [(name: String, bytes: [UInt8])], method: Int = 0, isLarge: Bool = false) -> [UInt8] {
        var bytes: [UInt8] = []
        var directory: [UInt8] = []
        for (name, content) in entries {
            let start = bytes.count
            let size = number(content.count, 4)
            let names = Array(name.utf8)
            bytes += number(0x0403_4B50, 4) + number(20, 2) + number(0, 2) + number(method, 2) + number(0, 8) + size + size
            bytes += number(names.count, 2) + number(0, 2) + names + content
            let extra = isLarge ? number(7, 2) + number(0, 2) + number(1, 2) + number(24, 2) : []
            let fields = isLarge ? extra + number(content.count, 8) + number(content.count, 8) + number(start, 8) : []
            let shown = isLarge ? number(-1, 4) : size
            directory +=
                number(0x0201_4B50, 4) + number(20, 2) + number(20, 2) + number(0, 2) + number(method, 2) + number(0, 8)
            directory += shown + shown + number(names.count, 2) + number(fields.count, 2) + number(0, 10)
            directory += number(isLarge ? -1 : start, 4) + names + fields
        }
        let start = bytes.count
        let end = start + directory.count
        bytes += directory
        if isLarge {
            let counts = number(entries.count, 8) + number(entries.count, 8) + number(directory.count, 8) + number(start, 8)
            bytes += number(0x0606_4B50, 4) + number(44, 8) + number(0, 12) + counts
            bytes += number(0x0706_4B50, 4) + number(0, 4) + number(end, 8) + number(1, 4)
        }
        let count = number(isLarge ? -1 : entries.count, 2)
        return bytes + number(0x0605_4B50, 4) + number(0, 4) + count + count + number(isLarge ? -1 : directory.count, 4)
            + number(isLarge ? -1 : start, 4) + number(0, 2)
    }

    private func open(_ pickle: [UInt8], data: [UInt8] = Array(repeating: 0, count: 24), isLarge: Bool = false) throws
        -> TorchFile
    {
        try withTemporaryFolder { folder in
            let url = folder.appending(path: "a.pt")
            try Data(archive([("a/data.pkl", pickle), ("a/data/0", data)], isLarge: isLarge)).write(to: url)
            return try TorchFile(url)
        }
    }

    /// A pickle of a tensor of the storage 0 with 6 floats.
    private func pickle(offset: Int = 0, shape: [UInt8] = [2, 3], strides: [UInt8] = [3, 1], count: UInt8 = 6) -> [UInt8] {
        func text(_ text: String) -> [UInt8] { [0x58] + number(text.utf8.count, 4) + Array(text.utf8) }
        func tuple(_ numbers: [UInt8]) -> [UInt8] { [0x28] + numbers.flatMap { [0x4B, $0] } + [0x74] }
        var bytes: [UInt8] = [0x80, 2] + Array("ctorch._utils\n_rebuild_tensor_v2\n((".utf8) + text("storage")
        bytes += Array("ctorch\nFloatStorage\n".utf8) + text("0") + text("cpu") + [0x4B, count, 0x74, 0x51]
        return bytes + [0x4A] + number(offset, 4) + tuple(shape) + tuple(strides) + [0x89, 0x4E, 0x74, 0x52, 0x2E]
    }

    @Test func readsATensorWrittenByteByByte() throws {
        let floats: [Float] = [1, 2, 3, 4, 5, 6]
        let data = floats.flatMap { number(Int($0.bitPattern), 4) }
        #expect(try open(pickle(), data: data).entries[0].tensor.floats() == floats)
        #expect(
            try open(pickle(shape: [3, 2], strides: [1, 3]), data: data).entries[0].tensor.floats() == [1, 4, 2, 5, 3, 6])
        #expect(try open(pickle(offset: 4, shape: [2], strides: [1]), data: data).entries[0].tensor.floats() == [5, 6])
    }

    @Test func refusesTensorsBeyondTheirStorage() throws {
        for bytes in [
            pickle(offset: 1), pickle(offset: -1), pickle(shape: [3, 3]), pickle(shape: [2, 3], strides: [200, 1]),
            pickle(shape: [2], strides: [3, 1]), pickle(shape: [200, 200], strides: [0, 0]), pickle(count: 7), pickle(count: 5),
        ] {
            #expect(throws: UserError.self) { try open(bytes) }
        }
    }

    /// Calls, imports and instructions that run code elsewhere are refused by their names.
    @Test(arguments: [
        ("cposix\nsystem\n(X\u{2}\0\0\0lst", "posix.system"), ("cbuiltins\neval\n)R.", "builtins.eval"),
        ("cos\nsystem\n.", "os.system"), ("(i__main__\nA\n.", "105"), ("(c__main__\nA\no.", "111"),
        ("c__main__\nA\n)\u{81}.", "194"),
        ("P0\n.", "80"), ("\u{1}", "1"),
    ]) func nothingIsExecuted(text: String, word: String) {
        let bytes = Array(text.utf8) + (text.hasSuffix(".") ? [] : [0x52, 0x2E])
        #expect { try open(bytes) } throws: { $0 is UserError && "\($0)".contains(word) }
    }

    /// Lists in lists without end, and lists of the same list twice, forty times over.
    @Test func hostileNestingEnds() {
        let deep = Array(String(repeating: "]", count: 100_000).utf8) + Array(repeating: 0x61, count: 99_999) + [0x2E]
        #expect(throws: UserError.self) { try open(deep) }
        #expect(throws: UserError.self) { try open(Array("]q\0h\0a.".utf8)) }
        var doubling = Array("]q\0".utf8)
        for _ in 0..<15 {
            doubling += Array("(h\0h\0h\0h\0h\0h\0h\0h\0h\0h\0h\0h\0h\0h\0h\0h\0lq\0".utf8.map { $0 == 0x6C ? 0x74 : $0 })
        }
        #expect(throws: UserError.self) { try open(doubling + [0x2E]) }
    }

    /// A list of a list ... of a tensor, each named 64 times by the next: a few hundred bytes that stand for 16 million tensors.
    @Test func refusesAFewBytesThatNameMillionsOfTensors() {
        var bytes = pickle().dropLast() + [0x71, 0]
        for level in 0..<4 {
            bytes += [0x5D, 0x28] + (0..<64).flatMap { _ in [0x68, UInt8(level)] } + [0x65, 0x71, UInt8(level + 1)]
        }
        #expect { try open(Array(bytes + [0x2E])) } throws: { $0 is UserError && "\($0)".contains("too many") }
    }

    @Test(arguments: [true, false]) func damagedArchivesNeverCrash(isLarge: Bool) throws {
        let bytes = archive([("a/data.pkl", pickle()), ("a/data/0", Array(repeating: 1, count: 24))], isLarge: isLarge)
        var random = SeededGenerator(seed: 4)
        try withTemporaryFolder { folder in
            let url = folder.appending(path: "a.pt")
            for _ in 0..<1000 {
                try Data(damaged(bytes, using: &random)).write(to: url)
                do {
                    for entry in try TorchFile(url).entries where entry.tensor.type.isFloating { _ = entry.tensor.floats() }
                } catch {
                    #expect(error is UserError, "\(error)")
                }
            }
        }
    }

    @Test func refusesOtherArchives() throws {
        try withTemporaryFolder { folder in
            let url = folder.appending(path: "a.pt")
            func refuses(_ bytes: [UInt8], _ word: String) throws {
                try Data(bytes).write(to: url)
                #expect { try TorchFile(url) } throws: { $0 is UserError && "\($0)".contains(word) }
            }
            try refuses([], "directory")
            try refuses(Array("PK".utf8), "directory")
            try refuses(archive([]), "data.pkl")
            try refuses(archive([("data.pkl", [0x2E])], method: 8), "compressed")
            try refuses(archive([("data.pkl", [0x4E, 0x2E]), ("data.pkl", [0x4E, 0x2E])]), "twice")
            try refuses(archive([("a/data.pkl", [0x2E]), ("b/data.pkl", [0x2E])]), "data.pkl")
            try refuses(Array(archive([("a/data.pkl", [0x2E])]).dropLast()), "directory")
        }
    }
}
