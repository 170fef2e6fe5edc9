import Files
import Foundation
import TestSupport
import Testing

@testable import World

@Suite struct WorldWriteTests {
    let options = WorldOptions(seed: 11, items: 120, users: 30, pictureSize: 16)

    /// One hash over the names and bytes of all files of a folder.
    private func hash(_ folder: URL) throws -> String {
        var hash = ContentHash()
        for path in try FileManager.default.subpathsOfDirectory(atPath: folder.path).sorted() {
            let url = folder.appending(path: path)
            var isFolder: ObjCBool = false
            _ = FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder)
            hash.update(path)
            if !isFolder.boolValue { hash.update(try ContentHash.of(file: url)) }
        }
        return hash.digits
    }

    private func hash(of options: WorldOptions) throws -> String {
        try withTemporaryFolder { folder in
            let url = folder.appending(path: "world")
            try World(options).write(to: url)
            return try hash(url)
        }
    }

    @Test func theSameSeedGivesTheSameBytesAndAnotherOneOthers() throws {
        let first = try hash(of: options)
        #expect(try hash(of: options) == first)
        var other = options
        other.seed = 12
        #expect(try hash(of: other) != first)
    }

    @Test func theFilesSayWhatTheWorldSays() throws {
        try withTemporaryFolder { folder in
            let url = folder.appending(path: "world")
            let world = try World(options)
            let card = try world.write(to: url)
            #expect(try JSONFile.read(WorldCard.self, from: url.appending(path: "world.json")) == card)
            #expect(card.options == options)

            let items = try lines(url, "items.tsv")
            #expect(items.map { $0[0] } == (0..<120).map(world.itemName))
            #expect(items.map { $0[1] } == (0..<120).map(world.title))
            let users = try lines(url, "users.tsv")
            #expect(users.map { $0[0] } == (0..<30).map(world.userName))
            #expect(users.map { $0[1] } == (0..<30).map { world.history(of: $0).map(world.itemName).joined(separator: " ") })

            let table = try lines(url, "attributes.tsv")
            #expect(table[0] == ["item"] + card.attributes.map(\.name) + ["new"])
            #expect(table.count == 121)
            for (row, item) in zip(table.dropFirst(), 0..<120) {
                for (column, attribute) in card.attributes.enumerated() {
                    #expect(attribute.values[world.attributes(of: item)[Attribute.allCases[column]]] == row[column + 1])
                }
            }
            for item in 0..<120 {
                let picture = try Data(contentsOf: url.appending(path: "pictures/\(world.itemName(item)).png"))
                #expect(picture.starts(with: [0x89, 0x50, 0x4E, 0x47]))
            }
        }
    }

    @Test func whatIsNotAskedForIsNotInTheCard() throws {
        try withTemporaryFolder { folder in
            let url = folder.appending(path: "world")
            try World(options).write(to: url)
            let card = try String(contentsOf: url.appending(path: "world.json"), encoding: .utf8)
            for key in ["meanHistory", "historyTail", "popularityExponent"] { #expect(!card.contains(key)) }
        }
    }

    /// More lines than are made before the first are written.
    @Test func linesStandInTheirOrder() throws {
        try withTemporaryFolder { folder in
            let url = folder.appending(path: "lines")
            let lines = ParallelLines(task: "writing", unit: "lines", count: 70_001)
            var last = 0
            try lines.write(to: url, header: "header", progress: { last = $0.done }) { line, bytes in
                bytes.append(contentsOf: "\(line)".utf8)
            }
            #expect(last == 70_001)
            let written = try self.lines(folder, "lines").map { $0[0] }
            #expect(written == ["header"] + (0..<70_001).map { "\($0)" })
        }
    }

    @Test func namesSortAsTheNumbersDo() throws {
        let world = try World(WorldOptions(items: 1_000, users: 1_001))
        #expect(world.itemName(7) == "i007")
        #expect(world.userName(1_000) == "u1000")
    }

    @Test func aWorldWithoutPicturesHasNoFolderOfThem() throws {
        var options = options
        options.pictureSize = 0
        try withTemporaryFolder { folder in
            let url = folder.appending(path: "world")
            try World(options).write(to: url)
            #expect(!FileManager.default.fileExists(atPath: url.appending(path: "pictures").path))
        }
    }

    @Test func anOlderFolderIsKeptUnlessAskedFor() throws {
        try withTemporaryFolder { folder in
            let world = try World(options)
            let url = folder.appending(path: "world")
            try Folder.make(url)
            try world.write(to: url)
            #expect(throws: UserError.self) { try world.write(to: url) }
            try world.write(to: url, replacing: true)
            // What a person has put there is not lost.
            try AtomicFile.write("mine", to: url.appending(path: "notes.txt"))
            #expect(throws: UserError.self) { try world.write(to: url, replacing: true) }
            #expect(FileManager.default.fileExists(atPath: url.appending(path: "notes.txt").path))
        }
    }

    @Test(arguments: ["writing titles", "writing attributes", "writing histories", "drawing pictures"])
    func aWorldThatIsToldToStopLeavesNothing(_ task: String) throws {
        try withTemporaryFolder { folder in
            let stop = StopToken()
            #expect(throws: CancellationError.self) {
                try World(options).write(
                    to: folder.appending(path: "world"), progress: { if $0.task == task { stop.request() } }, stop: stop)
            }
            let left = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            #expect(left.isEmpty)
        }
    }

    private func lines(_ folder: URL, _ name: String) throws -> [[String]] {
        let reader = try LineReader(folder.appending(path: name))
        var lines: [[String]] = []
        while let line = try reader.next() { lines.append(line.components(separatedBy: "\t")) }
        return lines
    }
}
