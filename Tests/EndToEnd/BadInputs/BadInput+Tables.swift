import Foundation

extension BadInput {
    /// Tables of interactions that cannot be imported.
    static let tables: [BadInput] = [
        table("A table that is not there", [:], says: ["log.csv", "No such file"]),
        table(
            "A folder in the table's place", ["log.csv/part-0.csv": "user_id,item_id\nu1,i1\n"], says: ["log.csv", "folder"]),
        table("An empty table", ["log.csv": ""], says: ["log.csv", "empty"]),
        table("A table of nothing but its header", ["log.csv": "user_id,item_id\n"], says: ["log.csv", "no "]),
        table("A table whose header has no known names", ["log.csv": "customer,sku\nc1,s1\n"], says: ["log.csv:1", "user"]),
        table(
            "A web page that was saved in the table's place",
            ["log.csv": "<!DOCTYPE html>\n<html><head><title>Sign in</title></head></html>\n"], says: ["log.csv"]),
        table(
            "A Git LFS pointer in the table's place",
            ["log.csv": "version https://git-lfs.github.com/spec/v1\noid sha256:0123456789abcdef\nsize 123456\n"],
            says: ["log.csv"]),
        table("A spreadsheet's own file named .csv", [:], says: ["log.csv"]) {
            try $0.write([0x50, 0x4B, 3, 4, 20, 0, 6, 0, 8, 0, 0, 0, 0x21, 0, 0x62, 0xEE, 0x9D, 0x68], to: "log.csv")
        },
        table(
            "A column that is misspelt", ["log.csv": "customer,sku\nc1,s1\n"], "--user custmer --item sku",
            says: ["log.csv:1", "custmer", "customer"]),
        table(
            "A column number beyond the last column", ["log.csv": "user_id,item_id\nu1,i1\n"], "--item 9",
            says: ["log.csv:1", "9"]),
        table(
            "A column by name in a table without a header", ["log.csv": "u1,i1\n"], "--no-header --user user_id",
            says: ["log.csv:1", "user_id"]),
        table("A row with a column too few", ["log.csv": "user_id,item_id\nu1,i1\nu2\n"], says: ["log.csv:3", "1 columns"]),
        table("A row with a column too many", ["log.csv": "user_id,item_id\nu1,i1,5\n"], says: ["log.csv:2", "3 columns"]),
        table("A quote that is not closed", ["log.csv": "user_id,item_id\nu1,\"i1\nu2,i2\n"], says: ["log.csv:2", "quote"]),
        table("Text after a closing quote", ["log.csv": "user_id,item_id\nu1,\"i\"1\n"], says: ["log.csv:2", "quote"]),
        table("A row without a user", ["log.csv": "user_id,item_id\n,i1\n"], says: ["log.csv:2", "user"]),
        table("A row without an item", ["log.csv": "user_id,item_id\nu1,\n"], says: ["log.csv:2", "item"]),
        table(
            "A time in words", ["log.csv": "user_id,item_id,timestamp\nu1,i1,yesterday\n"],
            says: ["log.csv:2", "yesterday"]),
        table("A time that is nan", ["log.csv": "user_id,item_id,timestamp\nu1,i1,nan\n"], says: ["log.csv:2", "nan"]),
        table(
            "A time that no integer holds", ["log.csv": "user_id,item_id,timestamp\nu1,i1,99999999999999999999\n"],
            says: ["log.csv:2", "99999999999999999999"]),
        table(
            "A time that one row lacks", ["log.csv": "user_id,item_id,timestamp\nu1,i1,5\nu1,i2,\n"], says: ["log.csv:3"]),
        table("Users in Latin-1", [:], says: ["log.csv:2", "UTF-8"]) {
            try $0.write(Array("user_id,item_id\nJos".utf8) + [0xE9] + Array(",i1\n".utf8), to: "log.csv")
        },
        table("A gzip file that is cut off", [:], "--interactions log.csv.gz", says: ["log.csv.gz", "gzip"]) {
            try $0.write(Array(compressedTable.prefix(100)), to: "log.csv.gz")
        },
        table("A gzip file with a wrong checksum", [:], "--interactions log.csv.gz", says: ["log.csv.gz", "gzip"]) {
            try $0.write(
                Array(compressedTable.dropLast(8)) + [1, 2, 3, 4] + Array(compressedTable.suffix(4)), to: "log.csv.gz")
        },
        table(
            "JSON Lines with a line that is cut off",
            ["log.jsonl": "{\"user_id\": \"u1\", \"item_id\": \"i1\"}\n{\"user_id\": \"u1\", \"ite\n"],
            "--interactions log.jsonl", says: ["log.jsonl:2", "JSON"]),
        table(
            "One JSON array in place of JSON Lines", ["log.jsonl": "[{\"user_id\": \"u1\", \"item_id\": \"i1\"}]\n"],
            "--interactions log.jsonl", says: ["log.jsonl:1", "JSON"]),
        table(
            "JSON Lines with an object that lacks the item",
            ["log.jsonl": "{\"user_id\": \"u1\", \"item_id\": \"i1\"}\n{\"user_id\": \"u1\"}\n"],
            "--interactions log.jsonl", says: ["log.jsonl:2", "item"]),
        table(
            "A key of JSON Lines that is misspelt", ["log.jsonl": "{\"customer\": \"u1\", \"item_id\": \"i1\"}\n"],
            "--interactions log.jsonl --user custmer", says: ["log.jsonl:1", "custmer", "customer"]),
        table(
            "A column number in JSON Lines", ["log.jsonl": "{\"user_id\": \"u1\", \"item_id\": \"i1\"}\n"],
            "--interactions log.jsonl --user 1", says: ["log.jsonl", "user_id"]),
        table(
            "An item that the table of items lacks",
            ["log.csv": "user_id,item_id\nu1,i1\nu1,i2\n", "items.csv": "item_id,title\ni1,Red lamp\n"], "--items items.csv",
            says: ["log.csv:3", "i2"]),
        table(
            "No interaction left after unknown items are dropped",
            ["log.csv": "user_id,item_id\nu1,i1\n", "items.csv": "item_id,title\ni9,Red lamp\n"],
            "--items items.csv --unknown-items drop", says: ["log.csv", "no interactions"]),
        table(
            "A dataset below a plain file", ["log.csv": "user_id,item_id\nu1,i1\n"], into: "log.csv/dataset",
            says: ["log.csv"]),
        table(
            "A dataset in place of the user's notes",
            ["log.csv": "user_id,item_id\nu1,i1\n", "shop/notes.txt": "Ask for prices.\n"], into: "shop", says: ["shop"]),
        BadInput(
            "A dataset in place of another", on: .dataset, with: ["log.csv": "user_id,item_id\nu1,i1\n"],
            "data import dataset --form table --interactions log.csv", says: ["dataset", "exists"]),
    ]

    /// A row that imports a table, `log.csv` where the options name no other.
    private static func table(
        _ input: String, _ files: [String: String], _ options: String = "", into folder: String = "dataset", says: [String],
        spoil: @escaping @Sendable (BadInputFolder) throws -> Void = { _ in }
    ) -> BadInput {
        let interactions = options.contains("--interactions") ? "" : " --interactions log.csv"
        let command = "data import \(folder) --form table\(interactions)\(options.isEmpty ? "" : " \(options)")"
        return BadInput(input, with: files, command, says: says, spoil: spoil)
    }

    /// `user_id,item_id` and 40 rows, compressed.
    private static let compressedTable = Array(
        Data(
            base64Encoded: """
                H4sIAAAAAAACAyXOKxYDQQhEUc9aEA30dzUxGYEYk4T9J6lSmHc5Ve/r9cin5ue6f1eqaTYp0zQp13Sp0AyprtmlhuaQmppTaqHcKA9Ka0jN0JojtkBt\
                nY8HepsEi2ATHABvAG4A7pwSAN4BfAD4JFgEm+AARON4AwgHiACIDhADICbBItgE5w++4DeQzh4BAAA=
                """) ?? Data())
}
