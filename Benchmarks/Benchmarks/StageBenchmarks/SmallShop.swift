import Datasets
import Files
import Foundation
import HiddenStates
import Modeling
import Torch

/// A dataset of made histories with two stores of random states, in a temporary folder.
struct SmallShop {
    let folder: URL
    let dataset: Dataset
    let split: Split

    /// The shop of most benchmarks.
    static let usual = Result { try SmallShop(users: 2000, items: 2000, width: 768) }
    /// Ten times the users and items, with narrow states.
    static let large = Result { try SmallShop(users: 20_000, items: 20_000, width: 32) }

    private static let root = FileManager.default.temporaryDirectory
        .appending(path: "iisan-benchmarks-\(ProcessInfo.processInfo.processIdentifier)")

    init(users: Int, items: Int, width: Int) throws {
        folder = Self.root.appending(path: "\(users)")
        try Folder.make(folder)
        try Self.write(users: users, items: items, to: folder.appending(path: "log.tsv"))
        _ = try DatasetImport(Self.source(folder)).run(to: folder.appending(path: "dataset"))
        dataset = try Dataset.open(folder.appending(path: "dataset"))
        split = try Split(dataset)
        for modality in [Modality.text, .image] {
            try RandomStates(modality: modality, layers: [0, 1, 2], width: width)
                .write(to: folder.appending(path: modality.rawValue), items: dataset.items.map(\.id))
        }
    }

    /// What the dataset is imported from: `user`, `item`, `time`.
    static func source(_ folder: URL) -> ImportSource {
        .tables(interactions: InteractionTable(Table(folder.appending(path: "log.tsv"))))
    }

    /// Ten rows a user.
    private static func write(users: Int, items: Int, to file: URL) throws {
        var random = SplitMix64(seed: 1)
        var text = "user_id\titem_id\ttimestamp\n"
        for row in 0..<10 * users { text += "u\(row % users)\ti\(random.next() % UInt64(items))\t\(row)\n" }
        try AtomicFile.write(Data(text.utf8), to: file)
    }

    /// The store of a modality.
    func store(_ modality: Modality) throws -> HiddenStateStore {
        try HiddenStateStore.open(folder.appending(path: modality.rawValue))
    }

    /// A recommender with fresh parameters.
    func recommender() throws -> Recommender {
        RandomState.seed(1)
        return try Recommender.make(
            RecommenderOptions(), itemCount: dataset.items.count,
            states: [.text: StoredStates(store(.text), on: .cpu), .image: StoredStates(store(.image), on: .cpu)],
            positions: split.options.inputLength, on: .cpu)
    }

    /// Removes the folders of this process.
    static func removeAll() { try? FileManager.default.removeItem(at: root) }
}
