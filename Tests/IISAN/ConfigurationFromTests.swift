import Hub
import Files
import Foundation
import IISAN
import TestSupport
import Testing

@Suite struct ConfigurationFromTests {
    private static let encoders = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Examples/Demo/encoders")

    /// A folder with interactions, items, pictures and, as `encoders` has them, models.
    private func withFolder(
        encoders: [String], pictures: Bool = true, interactions: Int = 60, _ body: (URL) throws -> Void
    ) throws {
        try withTemporaryFolder { folder in
            let raw = folder.appending(path: "raw")
            func write(_ name: String, _ text: String) throws {
                let url = raw.appending(path: name)
                try Folder.make(url.deletingLastPathComponent())
                try AtomicFile.write(text, to: url)
            }
            try write(
                "log.csv",
                "who,what,at\n" + (0..<interactions).map { "u\($0 % 9),p\($0 * 7 % 10),17000\(10000 + $0)\n" }.joined())
            try write("products.csv", "sku,label\n" + (0..<10).map { "p\($0),A thing of kind \($0)\n" }.joined())
            if pictures { for item in 0..<7 { try write("photos/p\(item).jpg", "x") } }
            for name in encoders {
                try Folder.make(raw.appending(path: "models"))
                try FileManager.default.copyItem(
                    at: Self.encoders.appending(path: name), to: raw.appending(path: "models/\(name)"))
            }
            try body(folder)
        }
    }

    private func text(_ folder: URL, _ overrides: [String] = []) throws -> String {
        try Configuration.text(
            from: folder.appending(path: "raw"), cache: HubCache(folder.appending(path: "no-cache")), overrides: overrides)
    }

    @Test func everythingThatIsThereIsNamedWithAReason() throws {
        try withFolder(encoders: ["text", "image"]) { folder in
            let yaml = try text(folder, ["train.epochs=3"])
            let configuration = try Configuration(yaml: yaml, source: "c.yaml", folder: folder)
            let source = try #require(configuration.data.source)
            #expect(
                source.form == .table && source.interactions == folder.appending(path: "raw/log.csv").standardizedFileURL.path)
            #expect((source.user, source.item, source.timestamp) == ("who", "what", "at"))
            #expect((source.id, source.title) == ("sku", "label"))
            #expect(source.pictures?.hasSuffix("raw/photos") == true)
            #expect(configuration.encode.text?.encoder.hasSuffix("models/text") == true)
            #expect(configuration.encode.image?.encoder.hasSuffix("models/image") == true)
            #expect(configuration.train.training.epochs == 3)
            #expect(configuration.recipe == .modern && configuration.train.scoreKinds.contains(.neighbours))
            #expect(yaml.contains("# > The recipe that was best"))
            let papers = try text(folder, ["recipe=paper"])
            #expect(try Configuration(yaml: papers, source: "c.yaml", folder: folder).recipe == .paper)
            #expect(!yaml.contains("MISSING"))
            for reason in [
                "# > 9 users and 60 interactions.", "by column \"at\" (seconds since 1970)", "70 % of the items have a picture",
            ] {
                #expect(yaml.contains(reason), "\(reason)")
            }
            let made = folder.appending(path: "set")
            let report = try source.datasetImport(name: "set", replacing: false).run(to: made)
            #expect((report.users, report.items, report.interactions, report.itemsWithoutPicture) == (9, 10, 60, 3))
        }
    }

    @Test func longHistoriesTrainWhole() throws {
        try withFolder(encoders: ["text"], interactions: 9 * 13) { folder in
            let yaml = try text(folder)
            #expect(try Configuration(yaml: yaml, source: "c.yaml", folder: folder).data.split.history == .last)
        }
        try withFolder(encoders: ["text"], interactions: 9 * 20) { folder in
            let yaml = try text(folder)
            #expect(try Configuration(yaml: yaml, source: "c.yaml", folder: folder).data.split.history == .whole)
            #expect(yaml.contains("    # > A user has 20 interactions on average"))
        }
    }

    @Test func whatIsMissingIsSaidAndTheMethodGoesWithout() throws {
        try withFolder(encoders: ["text"]) { folder in
            let yaml = try text(folder)
            let configuration = try Configuration(yaml: yaml, source: "c.yaml", folder: folder)
            #expect(configuration.encode.image == nil && configuration.train.model.modality == .text)
            #expect(yaml.contains("  # > MISSING: no image encoder was found"))
        }
        try withFolder(encoders: [], pictures: false) { folder in
            let yaml = try text(folder)
            let configuration = try Configuration(yaml: yaml, source: "c.yaml", folder: folder)
            #expect(configuration.train.model.method == .id && configuration.recipe == .paper)
            #expect(yaml.contains("MISSING: no text encoder") && yaml.contains("Left out: no item has a picture"))
        }
        try withTemporaryFolder { folder in
            try Folder.make(folder.appending(path: "raw"))
            let yaml = try text(folder)
            #expect(yaml.contains("MISSING: name the file with the users' histories."))
            _ = try Configuration(yaml: yaml, source: "c.yaml", folder: folder)
        }
    }

    @Test func namesFromTheFilesStayInTheirComments() throws {
        try withTemporaryFolder { folder in
            let raw = folder.appending(path: "raw")
            try Folder.make(raw)
            try AtomicFile.write(
                "user,item,\"time\nof day\"\nu\u{1B}1,\"a\ntrain: 3\",1700000001\n", to: raw.appending(path: "log.csv"))
            let yaml = try text(folder)
            #expect(!yaml.contains("\u{1B}") && !yaml.contains("\ntrain: 3"))
            _ = try Configuration(yaml: yaml, source: "c.yaml", folder: folder)
        }
    }

    @Test func namesThatOlderVersionsWroteAreRead() throws {
        let yaml = "data:\n  import:\n    interactions: log\n    format: tsv\n    header: false\n"
        let source = try #require(try Configuration(yaml: yaml, source: "c.yaml", folder: URL(filePath: "/")).data.source)
        #expect(source.tableFormat == .tsv && source.firstRow == .data)
        let settings = "separator: '::'\n    encoding: latin-1\n    order: file\n    duplicates: drop\n    first_row: names\n"
        let all = "data:\n  import:\n    interactions: log\n    table_format: csv\n    \(settings)"
        let configuration = try Configuration(yaml: all, source: "c.yaml", folder: URL(filePath: "/"))
        #expect(try configuration.data.source?.separator == Separator("::") && configuration.data.source?.encoding == .latin1)
        #expect(try Configuration(yaml: configuration.yaml, source: "c.yaml", folder: URL(filePath: "/")) == configuration)
        #expect(throws: UserError.self) {
            try Configuration(yaml: all.replacing("'::'", with: "''"), source: "c.yaml", folder: URL(filePath: "/"))
        }
    }
}
