import Files
import World
import Foundation
import IISAN
import TestSupport

/// A folder with a generated world and a configuration of it for the demo's encoders.
struct SmallShop {
    let folder: URL

    init(_ folder: URL, items: Int = 120, users: Int = 80) throws {
        self.folder = folder
        let options = WorldOptions(
            seed: 5, items: items, users: users, shortestHistory: 5, longestHistory: 12, newItemShare: 0.1, pictureSize: 64)
        try World(options).write(to: folder.appending(path: "world"))
        try configure()
    }

    var configuration: URL { folder.appending(path: "config.yaml") }
    var run: URL { folder.appending(path: "runs/iisan") }

    /// Writes the configuration with other lines in place of some.
    func configure(_ changes: [(String, String)] = []) throws {
        let encoders = CommandLine.root.appending(path: "Examples/Demo/encoders").path
        var yaml = """
            data:
              dataset: dataset
              import:
                form: iisan
                interactions: world/users.tsv
                items: world/items.tsv
                pictures: world/pictures
            encode:
              text:
                encoder: \(encoders)/text
                store: states/text
                layers: [0, 3, 6]
              image:
                encoder: \(encoders)/image
                store: states/image
                layers: [0, 6]
            train:
              run: runs/iisan
              epochs: 2
              rate: 0.001
              side_networks:
                bottleneck: 8
            evaluate:
              ceiling: world/world.json
              examples: 2
            threads: 1

            """
        for (old, new) in changes { yaml = yaml.replacing(old, with: new) }
        try AtomicFile.write(yaml, to: configuration)
    }

    /// Every file below the folder but those of a name, with its bytes.
    func files(below path: String) throws -> [String: Data] {
        let root = folder.appending(path: path)
        var found: [String: Data] = [:]
        for name in try FileManager.default.subpathsOfDirectory(atPath: root.path) {
            let file = root.appending(path: name)
            if try file.resourceValues(forKeys: [.isRegularFileKey]).isRegularFile == true {
                found[name] = try Data(contentsOf: file)
            }
        }
        return found
    }
}
