import Files
import Foundation
import Hub
import Yams

extension Configuration {
    /// The key under which a file names the configuration that it builds on.
    private static let baseKey = "base"

    /// Settings that are paths.
    private static let paths = [
        ["data", "dataset"], ["data", "import", "interactions"], ["data", "import", "items"], ["data", "import", "pictures"],
        ["encode", "text", "store"], ["encode", "image", "store"], ["encode", "more", any, "store"], ["train", "run"],
        ["encode", "image", "frames"], ["encode", "more", any, "frames"], ["encode", "captions", "file"],
        ["encode", "captions", "frames"], ["evaluate", "ceiling"],
    ]
    /// Settings that are encoders: paths, or names in the hub's cache.
    private static let encoders = [
        ["encode", "text", "encoder"], ["encode", "image", "encoder"], ["encode", "more", any, "encoder"],
        ["encode", "captions", "model"],
    ]
    /// Stands for every key of a section.
    private static let any = "*"

    /// Finds the files of a project that was moved as a whole: a path that is no longer there is looked for where it lies now.
    ///
    /// - Parameters:
    ///   - old: where a run was when these settings were written.
    ///   - new: where it is.
    mutating func followMove(of old: String, to new: String) {
        let (before, after) = (old.split(separator: "/"), new.split(separator: "/"))
        let common = zip(before.reversed(), after.reversed()).prefix { $0 == $1 }.count
        let oldRoot = "/" + before.dropLast(common).joined(separator: "/")
        let newRoot = "/" + after.dropLast(common).joined(separator: "/")
        guard old.hasPrefix("/"), common > 0, oldRoot != newRoot else { return }
        func follow(_ path: inout String) {
            let files = FileManager.default
            guard path.hasPrefix(oldRoot == "/" ? oldRoot : oldRoot + "/"), !files.fileExists(atPath: path) else { return }
            let moved = URL(filePath: newRoot + path.dropFirst(oldRoot == "/" ? 0 : oldRoot.count)).standardizedFileURL.path
            if files.fileExists(atPath: moved) { path = moved }
        }
        follow(&data.dataset)
        if var source = data.source {
            follow(&source.interactions)
            if source.items != nil { follow(&source.items!) }
            if source.pictures != nil { follow(&source.pictures!) }
            data.source = source
        }
        encode.modalities = encode.modalities.mapValues { settings in
            var settings = settings
            follow(&settings.encoder)
            follow(&settings.store)
            if settings.frames != nil { follow(&settings.frames!) }
            return settings
        }
        if var captions = encode.captions {
            follow(&captions.model)
            follow(&captions.file)
            if captions.frames != nil { follow(&captions.frames!) }
            encode.captions = captions
        }
        if evaluate.ceiling != nil { follow(&evaluate.ceiling!) }
    }

    /// The tree of a text over its recipe and the trees of the files that it builds on.
    ///
    /// - Parameter above: the files that build on this one.
    /// - Throws: ``UserError`` for a file that builds on itself; an unknown or unfitting setting names the file it is in.
    static func tree(_ text: String, source: String, folder: URL, above: [String] = []) throws -> Node {
        var root = try parse(text, source: source)
        guard var mapping = root.mapping, let named = mapping[Node(baseKey)] else {
            return try overRecipe(root, source: source)
        }
        let place = SettingsPlace(source: source).below(baseKey, named)
        let path = resolved(try place.naming { try String.read(named) }, from: folder)
        let files = above + [URL(filePath: source).standardizedFileURL.path]
        guard !files.contains(path) else {
            throw UserError("builds on itself, through \(path)", at: place.description, remedy: "Remove one `base`.")
        }
        mapping[Node(baseKey)] = nil
        root = .mapping(mapping)
        _ = try read(root, SettingsPlace(source: source))
        let url = URL(filePath: path)
        let baseText = try place.naming { try Self.text(of: url) }
        var base = try tree(baseText, source: path, folder: url.deletingLastPathComponent(), above: files)
        _ = try read(base, SettingsPlace(source: path))
        for keys in paths { change(keys[...], in: &base) { resolved($0, from: url.deletingLastPathComponent()) } }
        for keys in encoders { change(keys[...], in: &base) { resolvedEncoder($0, from: url.deletingLastPathComponent()) } }
        return merged(try overRecipe(root, source: source), over: base)
    }

    /// A tree over the recipe that it names.
    private static func overRecipe(_ root: Node, source: String) throws -> Node {
        guard let named = root.mapping?[Node(Recipe.key)] else { return root }
        let recipe = try SettingsPlace(source: source).below(Recipe.key, named).naming { try Recipe.read(named) }
        return merged(root, over: try recipe.tree())
    }

    /// A path from a folder; an empty one stays empty.
    static func resolved(_ path: String, from folder: URL) -> String {
        if path.isEmpty { return path }
        return (path.hasPrefix("/") ? URL(filePath: path) : folder.appending(path: path)).standardizedFileURL.path
    }

    /// An encoder's directory from a folder, or its name where only the hub's cache has it.
    static func resolvedEncoder(_ encoder: String, from folder: URL) -> String {
        // A model of the hub is named like a directory; a directory that is there comes first.
        let path = resolved(encoder, from: folder)
        let isThere = FileManager.default.fileExists(atPath: path)
        return !isThere && (try? HubCache().directory(of: encoder)) != nil ? encoder : path
    }

    /// Changes a text deep in a tree, if it is there.
    private static func change(_ keys: ArraySlice<String>, in node: inout Node, _ body: (String) -> String) {
        guard let key = keys.first else {
            if let scalar = node.scalar, node.null == nil {
                node = Node(body(scalar.string), Tag(.str), .doubleQuoted)
            }
            return
        }
        guard var mapping = node.mapping else { return }
        for name in key == any ? Array(mapping.keys) : [Node(key)] {
            guard var child = mapping[name] else { continue }
            change(keys.dropFirst(), in: &child, body)
            mapping[name] = child
        }
        node = .mapping(mapping)
    }

    /// Sections are merged key by key; anything else of `node` takes the place of what `base` has.
    static func merged(_ node: Node, over base: Node) -> Node {
        guard let upper = node.mapping, var mapping = base.mapping else { return node }
        for (key, value) in upper { mapping[key] = mapping[key].map { merged(value, over: $0) } ?? value }
        return .mapping(mapping)
    }
}
