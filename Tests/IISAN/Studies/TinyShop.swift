import Files
import World
import Foundation
import IISAN
import TestSupport

/// A generated world, a configuration of it for the demo's encoders, and files of studies beside it.
struct TinyShop {
    let folder: URL

    /// - Parameter hasWorld: false for what is only planned.
    init(_ folder: URL, hasWorld: Bool = true) throws {
        self.folder = folder
        let options = WorldOptions(
            seed: 5, items: 100, users: 60, shortestHistory: 5, longestHistory: 10, newItemShare: 0.1, pictureSize: 32)
        if hasWorld { try World(options).write(to: folder.appending(path: "world")) }
        let encoders = fixture("").deletingLastPathComponent().appending(path: "Examples/Demo/encoders").path
        try AtomicFile.write(
            """
            data:
              dataset: dataset
              import: {form: iisan, interactions: world/users.tsv, items: world/items.tsv, pictures: world/pictures}
            encode:
              text: {encoder: \(encoders)/text, store: states/text}
              image: {encoder: \(encoders)/image, store: states/image}
            train: {epochs: 2, rate: 0.001, side_networks: {bottleneck: 8}}
            evaluate: {ceiling: world/world.json, examples: 1}
            threads: 1

            """, to: folder.appending(path: "config.yaml"))
    }

    /// Writes the file of a study.
    func study(_ yaml: String, _ name: String = "study.yaml") throws -> URL {
        let url = folder.appending(path: name)
        try AtomicFile.write(yaml, to: url)
        return url
    }

    /// Plans a comparison.
    func compare(_ yaml: String) throws -> Study {
        let file = try study("study: compare\n" + yaml)
        return try CompareStudy(file: file).plan(file)
    }

    /// The bytes and the time of the last change of a file below the folder.
    func state(of path: String) throws -> (bytes: Data, time: Date) {
        let url = folder.appending(path: path)
        let time = try FileManager.default.attributesOfItem(atPath: url.path)[.modificationDate] as? Date
        return (try Data(contentsOf: url), time ?? .distantPast)
    }
}
