import Datasets
import Files
import Foundation

extension FuzzTarget {
    static let tables = [
        FuzzTarget(name: "csv") {
            [tables("user,item,timestamp\nu1,a,1\nu1,\"b\",2\nu2,c,3\n", "item,title\na,A &amp; B\nb,\"B, \"\"C\"\"\"\nc,C\n")]
        } read: {
            try importTables($0, .csv)
        },
        FuzzTarget(name: "tsv") {
            [tables("user_id\titem_id\nu1\ta\nu2\tb\n", "item_id\ttitle\tpicture\na\tA\ta.jpg\nb\tB\t../b.png\n")]
        } read: {
            try importTables($0, .tsv)
        },
        FuzzTarget(name: "jsonl") {
            [
                tables(
                    #"{"user":"u1","item":"a","x":[1,{"y":"\u00e9"}],"timestamp":12}"# + "\n",
                    #"{"item":"a","title":"A\"\ud83d\ude00"}"# + "\n")
            ]
        } read: {
            try importTables($0, .jsonl)
        },
        FuzzTarget(name: "release") {
            [tables("u1\ta b c\nu2\tc a\n", "a\tA &amp; B\nb\tB\nc\tC\n")]
        } read: { bytes in
            let parts = FuzzInput.parts(bytes, 2)
            try importAndOpen(
                .iisan(users: FuzzInput.file("users.tsv", parts[0]), items: FuzzInput.file("items.tsv", parts[1])))
        },
        FuzzTarget(name: "time") {
            [
                Data("u\ta\t1700000000.25\nu\tb\t1.700000005E9\nu\tc\t-5\n".utf8),
                Data("u\ta\t2024-05-31T10:30:00.5+02:00\nu\tb\t2024/05/31 10:30 UTC\n".utf8),
            ]
        } read: {
            try importTimes($0)
        },
        FuzzTarget(name: "encoding") {
            let text = "user;item;time\rü;a;1\rü;b;2\r"
            return [
                Data([0]) + Data(text.utf8), Data([0, 0xFF, 0xFE]) + (text.data(using: .utf16LittleEndian) ?? Data()),
                Data([3]) + (text.data(using: .utf16BigEndian) ?? Data()), Data([4]) + (text.data(using: .isoLatin1) ?? Data()),
            ]
        } read: {
            try importEncoded($0)
        },
        FuzzTarget(name: "movielens") {
            [
                tables("1\t10\t5\t874965002\n1\t20\t3\t874965001\n", "10|A (1995)|x\n20|B (1996)|y\n"),
                tables("1::10::5::874965002\n", "10::A (1995)::Drama\n"),
                tables("userId,movieId,rating,timestamp\n1,10,5.0,874965002\n", "movieId,title,genres\n10,\"A, B\",Drama\n"),
            ]
        } read: { bytes in
            let parts = FuzzInput.parts(bytes, 2)
            try importAndOpen(
                .movieLens(ratings: FuzzInput.file("ratings", parts[0]), movies: FuzzInput.file("movies", parts[1])))
        },
    ]

    /// What says what a time is: all forms, read as a column does.
    private static func importTimes(_ bytes: UnsafeRawBufferPointer) throws {
        let table = Table(FuzzInput.file("interactions", bytes), format: .csv, firstRow: .data, separator: .tab)
        try importAndOpen(.tables(interactions: InteractionTable(table, user: 1, item: 2, timestamp: 3)))
    }

    /// The first byte chooses the encoding, the rest is a table whose separator and first row are told by what stands in it.
    private static func importEncoded(_ bytes: UnsafeRawBufferPointer) throws {
        guard let choice = bytes.first else { return }
        let encodings = [nil] + TextEncoding.allCases.map(Optional.some)
        let encoding = encodings[Int(choice) % encodings.count]
        let table = Table(FuzzInput.file("interactions", bytes.dropFirst()), encoding: encoding)
        try importAndOpen(.tables(interactions: InteractionTable(table)))
    }

    private static func tables(_ interactions: String, _ items: String) -> Data {
        FuzzInput.joined([Data(interactions.utf8), Data(items.utf8)])
    }

    private static func importTables(_ bytes: UnsafeRawBufferPointer, _ format: Table.Format) throws {
        let parts = FuzzInput.parts(bytes, 2)
        let interactions = Table(FuzzInput.file("interactions", parts[0]), format: format)
        let items = Table(FuzzInput.file("items", parts[1]), format: format)
        try importAndOpen(.tables(interactions: InteractionTable(interactions), items: ItemTable(items)))
    }

    /// Imports tables and opens what comes of them.
    private static func importAndOpen(_ source: ImportSource) throws {
        let folder = FuzzInput.folder.appending(path: "dataset")
        var options = ImportOptions()
        options.unknownItems = .drop
        options.duplicateItems = .keepFirst
        options.replacing = true
        let report = try DatasetImport(source, options: options).run(to: folder)
        let dataset = try Dataset.open(folder)
        claim(dataset.items.count == report.items, "\(dataset.items.count) items, the report says \(report.items)")
        claim((try? dataset.verify()) != nil, "what was imported is not a good dataset")
        let interactions = dataset.histories.reduce(0) { $0 + $1.count }
        claim(interactions == report.interactions, "\(interactions) interactions, the report says \(report.interactions)")
    }
}
