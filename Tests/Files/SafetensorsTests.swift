import Files
import Foundation
import TestSupport
import Testing

@Suite struct SafetensorsTests {
    /// Writes a file with a float matrix, bytes, a scalar and an empty tensor.
    private func write(_ url: URL) throws {
        let writer = try SafetensorsWriter(
            url,
            [
                .init("weight", type: "F32", shape: [2, 3]), .init("mask", type: "U8", shape: [5]),
                .init("scalar", type: "I64", shape: []), .init("none", type: "F16", shape: [0, 7]),
            ],
            metadata: ["made": "here"])
        try writer.append([1, 2, 3, 4, 5, 6] as [Float])
        try writer.append([9, 8, 7, 6, 5] as [UInt8])
        try writer.append([-42] as [Int64])
        try writer.commit()
    }

    /// A file of a header and some bytes.
    private func file(_ url: URL, header: String, bytes: Int = 0) throws -> SafetensorsFile {
        var data = Data()
        withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { data.append(contentsOf: $0) }
        data.append(contentsOf: header.utf8)
        data.append(Data(count: bytes))
        try data.write(to: url)
        return try SafetensorsFile(url)
    }

    @Test func roundTrips() throws {
        try withTemporaryFolder { folder in
            let url = folder.appending(path: "a.safetensors")
            try write(url)
            let file = try SafetensorsFile(url)
            #expect(file.metadata == ["made": "here"])
            #expect(file.entries["weight"]?.shape == [2, 3] && file.entries["none"]?.shape == [0, 7])
            let weight = try file.elements("weight", type: "F32", as: Float.self)
            #expect(Array(weight) == [1, 2, 3, 4, 5, 6])
            #expect(Array(file.bytes(of: file.entries["mask"]!)) == [9, 8, 7, 6, 5])
            #expect(file.bytes(of: file.entries["scalar"]!).loadUnaligned(as: Int64.self) == -42)
            // The scalar's bytes begin at 29 after an aligned start: mapped elements would not be aligned.
            #expect(throws: UserError.self) { try file.elements("scalar", type: "I64", as: Int64.self) }
            #expect(throws: UserError.self) { try file.elements("weight", type: "F16", as: UInt16.self) }
            #expect(throws: UserError.self) { try file.elements("absent", type: "F32", as: Float.self) }
        }
    }

    @Test(arguments: [
        "", "[]", "null", "{", #"{"a":1}"#, #"{"a":{"dtype":"F32","shape":[1]}}"#,
        #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0]}}"#, #"{"a":{"dtype":99,"shape":[1],"data_offsets":[0,4]}}"#,
        #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}"#, #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}"#,
        #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[-4,0]}}"#,
        #"{"a":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}"#,
        #"{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}"#,
        #"{"a":{"dtype":"U8","shape":[-2,-2],"data_offsets":[0,4]}}"#,
        #"{"a":{"dtype":"U8","shape":[4294967296,4294967296],"data_offsets":[0,0]}}"#,
        #"{"a":{"dtype":"U8","shape":[1e300],"data_offsets":[0,4]}}"#,
        #"{"a":{"dtype":"U8","shape":[1.5],"data_offsets":[0,1]}}"#,
        #"{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[4],"data_offsets":[2,6]}}"#,
        #"{"__metadata__":{"a":1}}"#, #"{"__metadata__":[]}"#,
        #"{"a":{"dtype":"U8","shape":[9223372036854775807],"data_offsets":[0,9223372036854775807]}}"#,
        #"{"a":{"dtype":"U8","shape":[18446744073709551615],"data_offsets":[0,4]}}"#,
    ])
    func damagedHeadersAreRefused(header: String) throws {
        try withTemporaryFolder { folder in
            let error = try #require(throws: UserError.self) {
                try file(folder.appending(path: "a.safetensors"), header: header, bytes: 8)
            }
            #expect(error.place?.hasSuffix("a.safetensors") == true && error.remedy != nil)
        }
    }

    @Test func tensorsOfAnUnknownTypeAreThereAndCannotBeRead() throws {
        try withTemporaryFolder { folder in
            let file = try file(
                folder.appending(path: "a.safetensors"),
                header:
                    #"{"a":{"dtype":"F4","shape":[4],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[2,4]}}"#,
                bytes: 4)
            #expect(file.entries["a"]?.type == "F4")
            #expect(throws: UserError.self) { try file.elements("a", type: "F4", as: UInt8.self) }
            #expect(try file.elements("b", type: "U8", as: UInt8.self).count == 2)
        }
    }

    @Test func shortFilesAreRefused() throws {
        try withTemporaryFolder { folder in
            let url = folder.appending(path: "a.safetensors")
            try write(url)
            let whole = try Data(contentsOf: url)
            for length in 0..<whole.count {
                try whole.prefix(length).write(to: url)
                #expect(throws: UserError.self) { try SafetensorsFile(url) }
            }
            for length: UInt64 in [.max, 1 << 63, 100 << 20, UInt64(whole.count)] {
                var data = whole
                withUnsafeBytes(of: length.littleEndian) { data.replaceSubrange(0..<8, with: $0) }
                try data.write(to: url)
                #expect(throws: UserError.self) { try SafetensorsFile(url) }
            }
        }
    }

    /// Whatever happens to the header, reading throws a `UserError` or gives tensors that lie within the file and do not overlap.
    @Test func mutatedHeadersNeverCrash() throws {
        try withTemporaryFolder { folder in
            let url = folder.appending(path: "a.safetensors")
            try write(url)
            let original = try Data(contentsOf: url)
            let header = 8 + Int(original.withUnsafeBytes { $0.loadUnaligned(as: UInt64.self) })
            let pieces = [
                "0", "9", "-", "[", "]", "{", "}", "\"", ",", ":", "e5", ".", "null", "true", "99999999999999999999", "\\u0000",
            ]
            var generator = SeededGenerator(seed: 81)
            var opened = 0
            for _ in 0..<3000 {
                var data = original
                for _ in 0..<Int.random(in: 1...3, using: &generator) {
                    let place = Int.random(in: 0..<header, using: &generator)
                    switch Int.random(in: 0..<3, using: &generator) {
                    case 0: data[place] = UInt8.random(in: 0...255, using: &generator)
                    case 1: data.replaceSubrange(place..<(place + 1), with: pieces.randomElement(using: &generator)!.utf8)
                    default: data[place] = UInt8.random(in: 48...57, using: &generator)
                    }
                }
                try data.write(to: url)
                do {
                    let file = try SafetensorsFile(url)
                    opened += 1
                    var sum = 0
                    for entry in file.entries.values {
                        let bytes = file.bytes(of: entry)
                        if let size = SafetensorsFile.sizes[entry.type] {
                            #expect(bytes.count == entry.shape.reduce(size, *))
                        }
                        for byte in bytes { sum += Int(byte) }
                    }
                    #expect(sum < 255 * data.count)
                } catch {
                    #expect(error is UserError, "\(error)")
                }
            }
            #expect(opened > 50, "\(opened) mutated files could still be read")
        }
    }

    @Test func unfinishedFilesLeaveNothing() throws {
        try withTemporaryFolder { folder in
            do {
                let writer = try SafetensorsWriter(
                    folder.appending(path: "a.safetensors"), [.init("x", type: "F32", shape: [1000])])
                try writer.append([1, 2] as [Float])
            }
            let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            #expect(names == [])
        }
    }
}
