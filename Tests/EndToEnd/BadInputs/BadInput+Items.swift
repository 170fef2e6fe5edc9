extension BadInput {
    /// Tables of items and folders of pictures that cannot be imported.
    static let items: [BadInput] = [
        items("A table of items that is not there", nil, says: ["items.csv", "No such file"]),
        items("An empty table of items", "", says: ["items.csv", "empty"]),
        items("A table of items with nothing but its header", "item_id,title\n", says: ["log.csv:2", "i1"]),
        items("A table of items without a column of ids", "product code,label\ni1,Lamp\n", says: ["items.csv:1", "item id"]),
        items(
            "A column of titles that is misspelt", "item_id,title\ni1,Lamp\n", "--title titel",
            says: ["items.csv:1", "titel", "title"]),
        items("An item that is listed twice", "item_id,title\ni1,Lamp\ni1,Chair\n", says: ["items.csv:3", "i1", "line 2"]),
        items("An item without an id", "item_id,title\n,Lamp\n", says: ["items.csv:2", "id"]),
        items("A title with a comma and without quotes", "item_id,title\ni1,Lamp, red\n", says: ["items.csv:2", "3 columns"]),
        items("A title in Latin-1", nil, says: ["items.csv:2", "UTF-8"]) {
            try $0.write(Array("item_id,title\ni1,Caf".utf8) + [0xE9, 0x0A], to: "items.csv")
        },
        items(
            "A picture's path that leaves the folder of pictures", "item_id,title,picture\ni1,Lamp,../../secret.png\n",
            "--pictures photos", says: ["items.csv:2", "../../secret.png"]
        ) { try $0.makeFolder("photos") },
        items(
            "A picture's path from the root", "item_id,title,picture\ni1,Lamp,/etc/passwd\n", "--pictures photos",
            says: ["items.csv:2", "/etc/passwd"]
        ) { try $0.makeFolder("photos") },
        items(
            "A folder of pictures that is not there", "item_id,title\ni1,Lamp\n", "--pictures photos", says: ["photos"]),
        items(
            "A file in place of the folder of pictures", "item_id,title\ni1,Lamp\n", "--pictures items.csv",
            says: ["items.csv"]),
        items(
            "A folder of pictures that is a link to itself", "item_id,title\ni1,Lamp\n", "--pictures photos",
            says: ["photos"]
        ) { try $0.link("photos", to: "photos") },
        items("A table of items that is a link to itself", nil, says: ["items.csv"]) {
            try $0.link("items.csv", to: "items.csv")
        },
    ]

    /// A row that imports a table of items, `items.csv`, beside good interactions.
    private static func items(
        _ input: String, _ text: String?, _ options: String = "", says: [String],
        spoil: @escaping @Sendable (BadInputFolder) throws -> Void = { _ in }
    ) -> BadInput {
        var files = ["log.csv": "user_id,item_id\nu1,i1\n"]
        files["items.csv"] = text
        return BadInput(
            input, with: files,
            "data import dataset --form table --interactions log.csv --items items.csv\(options.isEmpty ? "" : " \(options)")",
            says: says, spoil: spoil)
    }
}
