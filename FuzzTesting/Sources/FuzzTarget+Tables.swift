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
    ]

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
