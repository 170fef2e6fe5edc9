import Files
import Foundation
import TestSupport
import Testing

@Suite struct NumpyFileTests {
    /// A file of version 1 with this header and these elements.
    private func file(_ header: String, _ bytes: [UInt8] = [], in folder: URL) throws -> URL {
        let url = folder.appending(path: "a.npy")
        var data: [UInt8] =
            [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(header.utf8.count & 255), UInt8(header.utf8.count >> 8)]
        data += Array(header.utf8) + bytes
        try Data(data).write(to: url)
        return url
    }

    @Test func readsAnArrayWrittenByteByByte() throws {
        try withTemporaryFolder { folder in
            let header = "{'shape': (2,), \"descr\": '>f4','fortran_order' : False}\n"
            let tensor = try NumpyFile(file(header, [0x3F, 0x80, 0, 0, 0xC0, 0, 0, 0], in: folder)).tensor
            #expect(tensor.shape == [2] && tensor.floats() == [1, -2] && tensor[1].floats() == [-2])
        }
    }

    @Test func theFirstIndexMayRunFastest() throws {
        try withTemporaryFolder { folder in
            let numbers: [UInt8] = (0..<6).flatMap { [0, UInt8($0 == 0 ? 0 : 0x3C + $0)] }
            let header = "{'descr': '<f2', 'fortran_order': True, 'shape': (2, 3), }"
            let fortran = try NumpyFile(file(header, numbers, in: folder)).tensor.floats()
            let plain = try NumpyFile(file(header.replacing("True", with: "False"), numbers, in: folder)).tensor.floats()
            #expect(fortran == [plain[0], plain[2], plain[4], plain[1], plain[3], plain[5]])
        }
    }

    @Test(arguments: [
        ("", "expected"), ("{}", "needs the keys"), ("{'descr': '<f4', 'fortran_order': False}", "needs the keys"),
        ("{'descr': '<f4', 'descr': '<f4', 'shape': ()}", "twice"),
        ("{'descr': '<i8', 'fortran_order': False, 'shape': ()}", "<i8"),
        ("{'descr': '|O', 'fortran_order': False, 'shape': (1,)}", "|O"),
        ("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,)}", "text"),
        ("{'descr': '<f4', 'fortran_order': None, 'shape': (1,)}", "True or False"),
        ("{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)}", "whole numbers"),
        ("{'descr': '<f4', 'fortran_order': False, 'shape': (9999999999999999999,)}", "whole numbers"),
        ("{'descr': '<f4', 'fortran_order': False, 'shape': (4294967296, 4294967296)}", "does not fit"),
        ("{'descr': '<f4', 'fortran_order': False, 'shape': (3,)}", "does not fit"),
        ("{'descr': '<f4', 'fortran_order': False, 'shape': ()} + exit()", "more after"),
        ("{'descr': '<f4', 'fortran_order': False, 'shape': (", "whole numbers"),
        ("{'descr': '<f4', 'fortran_order': False, 'shape': (1,), 'x': 'y'}", "'x'"),
    ]) func refusesOtherHeaders(header: String, word: String) throws {
        try withTemporaryFolder { folder in
            let url = try file(header, [1, 2, 3, 4, 5, 6, 7, 8], in: folder)
            let error = try #require(throws: UserError.self) { try NumpyFile(url) }
            #expect(error.description.contains(word) && error.place == url.path, "\(error)")
        }
    }
}
