import Datasets
import Files
import Foundation
import TestSupport
import Testing

/// Damaged source files end in a dataset that opens or in a ``UserError``: never in a crash, never in half a directory.
struct ImportMutationTests {
    private func change(_ text: String, _ generator: inout SeededGenerator) -> Data {
        var bytes = Array(text.utf8)
        for _ in 0..<Int.random(in: 1...3, using: &generator) {
            let index = Int.random(in: 0..<bytes.count, using: &generator)
            switch Int.random(in: 0..<3, using: &generator) {
            case 0: bytes[index] = UInt8.random(in: 0...255, using: &generator)
            case 1: bytes.insert("\t\n,\"{}\\ ".utf8.randomElement(using: &generator)!, at: index)
            default: if bytes.count > 1 { bytes.remove(at: index) }
            }
        }
        return Data(bytes)
    }

    private func mutate(_ files: [(name: String, text: String)], seed: UInt64, _ source: ([URL]) -> ImportSource) throws {
        var generator = SeededGenerator(seed: seed)
        try withTemporaryFolder { folder in
            let set = folder.appending(path: "set")
            var imported = 0
            for round in 0..<120 {
                let urls = try files.enumerated().map { index, file in
                    let url = folder.appending(path: file.name)
                    try (index == round % files.count ? change(file.text, &generator) : Data(file.text.utf8)).write(to: url)
                    return url
                }
                var options = ImportOptions()
                options.unknownItems = round % 2 == 0 ? .drop : .fail
                do {
                    let report = try DatasetImport(source(urls), options: options).run(to: set)
                    let dataset = try Dataset.open(set)
                    try dataset.verify()
                    #expect(dataset.manifest.interactions == report.interactions)
                    imported += 1
                    try FileManager.default.removeItem(at: set)
                } catch {
                    #expect(error is UserError, "round \(round)")
                    let left = try FileManager.default.contentsOfDirectory(atPath: folder.path)
                    #expect(Set(left) == Set(files.map(\.name)))
                }
            }
            // Neither all nor none: the changes reach both ways.
            #expect(imported > 0 && imported < 120)
        }
    }

    @Test func iisan() throws {
        try mutate([("u.tsv", "u1\ta b c\nu2\tc a\n"), ("i.tsv", "a\tA &amp; B\nb\tB\nc\tC\n")], seed: 11) {
            .iisan(users: $0[0], items: $0[1])
        }
    }

    @Test func csv() throws {
        try mutate(
            [
                ("x.csv", "user,item,timestamp\nu1,a,1\nu1,\"b\",2\nu2,c,3\n"),
                ("i.csv", "item,title\na,A\nb,\"B, \"\"C\"\"\"\nc,C\n"),
            ],
            seed: 12
        ) {
            .microLens(pairs: $0[0], titles: $0[1])
        }
    }

    @Test func jsonLines() throws {
        let review = #"{"reviewerID":"u1","asin":"a","x":[1,{"y":"\u00e9"}],"unixReviewTime":12}"#
        try mutate(
            [("x.jsonl", review + "\n" + review + "\n"), ("i.jsonl", #"{"asin":"a","title":"A\"\ud83d\ude00"}"# + "\n")],
            seed: 13
        ) {
            .amazon(reviews: $0[0], metadata: $0[1])
        }
    }
}
