package import Foundation

/// A model's folder or repository whose weights are in a form that is not read: what it is called, and what can be done about it.
package enum ForeignModel {
    /// The error for files among which there are no weights that are read.
    ///
    /// - Parameters:
    ///   - names: the files, with the folders they lie in.
    ///   - place: the folder or the repository.
    ///   - isFolder: whether they lie on this machine, where Python can convert them.
    package static func error(among names: [String], at place: String, isFolder: Bool) -> UserError {
        named(among: names, at: place, isFolder: isFolder)
            ?? UserError(
                "no model.safetensors here", at: place,
                remedy:
                    "Give a Hugging Face model directory: config.json, weights in safetensors form and the tokenizer's files.")
    }

    /// The same where the files are of a form that has a name; nil for others.
    package static func named(among names: [String], at place: String, isFolder: Bool) -> UserError? {
        func first(_ matches: (String) -> Bool) -> String? { names.sorted().first(where: matches) }
        func convert(_ options: String = "") -> String {
            let fetched = isFolder ? "'\(place)'" : "huggingface_hub.snapshot_download('\(place)', local_dir='FOLDER')"
            return "convert it once: python3 -c \"import huggingface_hub, transformers; folder = \(fetched); "
                + "transformers.AutoModel.from_pretrained(folder\(options)).save_pretrained(folder)\""
        }
        if let folder = transformerFolder(among: names) {
            return UserError(
                "an older folder of sentence-transformers: the encoder lies in \(folder)", at: place,
                remedy: isFolder
                    ? "Give the folder \(place)/\(folder)."
                    : "Fetch its files with --file '\(folder)/*', then give that folder; or choose a repository whose encoder lies at its top."
            )
        }
        if let name = first({ $0.hasSuffix(".gguf") }) {
            return UserError(
                "\(name) holds GGUF weights, which are llama.cpp's and mostly quantised", at: place,
                remedy: "Fetch the model that it was made of, in safetensors form; its page names it as the base model.")
        }
        if let name = first({ $0.wholeMatch(of: /pytorch_model[^\/]*\.bin/) != nil }) {
            return UserError(
                "no weights in safetensors form, but \(name), a pickle, which can run code when it is read", at: place,
                remedy: "With transformers installed, " + convert())
        }
        if names.contains(ModelFiles.adapter) { return adapter(at: place) }
        if let name = first({ $0.hasSuffix(".h5") && !$0.contains("/") }) {
            return UserError(
                "no weights in safetensors form, but \(name) of TensorFlow", at: place,
                remedy: "With \"transformers<5\" and tensorflow installed, " + convert(", from_tf=True"))
        }
        if let name = first({ $0.hasSuffix(".msgpack") && !$0.contains("/") }) {
            return UserError(
                "no weights in safetensors form, but \(name) of Flax", at: place,
                remedy: "With \"transformers<5\" and flax installed, " + convert(", from_flax=True"))
        }
        if let name = first({ $0.hasPrefix("open_clip_") }) {
            return UserError(
                "\(name) belongs to a model in open_clip's form, which is not read", at: place,
                remedy: "Choose a repository of the model in transformers' form: config.json names a model_type.")
        }
        if let name = first({ $0.wholeMatch(of: /consolidated[^\/]*\.(?:pth|safetensors)/) != nil }) {
            return UserError(
                "\(name) holds weights in their maker's own form, which is not read", at: place,
                remedy: "Choose a repository of the model in transformers' form; the names of Meta's end in -hf.")
        }
        if let name = first({ $0.hasSuffix(".onnx") || $0.hasPrefix("openvino") }) {
            return UserError(
                "no weights in safetensors form, but \(name), a compiled model without the states of its layers", at: place,
                remedy: "Fetch the model that it was made of, in safetensors form.")
        }
        if let name = first({ $0.hasSuffix(".safetensors") && !$0.contains("/") }) {
            return UserError(
                "no model.safetensors here, but \(name)", at: place,
                remedy: "If these are the weights of the encoder, rename the file to model.safetensors.")
        }
        return nil
    }

    /// The folder that the encoder of an older sentence-transformers folder lies in; nil for other folders.
    package static func transformerFolder(among names: [String]) -> String? {
        names.sorted().first { $0.hasSuffix("_Transformer/config.json") }.map { String($0.dropLast("/config.json".count)) }
    }

    /// The error for a folder with an adapter, alone or beside the weights it was trained on.
    ///
    /// - Parameter base: the model that the adapter changes, where it is known.
    package static func adapter(at place: String, base: String? = nil, besideWeights: Bool = false) -> UserError {
        let named = base.map { " of \($0)" } ?? ""
        return UserError(
            besideWeights
                ? "adapter_config.json lies beside the weights: transformers would change them by that adapter\(named)"
                : "the folder holds an adapter\(named) alone, not an encoder", at: place,
            remedy: "Merge it once: python3 -c \"from peft import AutoPeftModel; "
                + "AutoPeftModel.from_pretrained('\(place)').merge_and_unload().save_pretrained('MERGED')\", and give MERGED with "
                + "the tokenizer's files."
                + (besideWeights ? " Remove adapter_config.json if the weights are meant as they are." : ""))
    }
}

/// The small text that Git keeps in place of a large file, where the file itself was not fetched.
package enum LargeFilePointer {
    private static let head = Array("version https://git-lfs.github.com/spec/".utf8)

    /// Checks that bytes are those of a file and not of a pointer to it.
    ///
    /// - Throws: ``UserError`` for a pointer.
    package static func check(_ bytes: UnsafeRawBufferPointer, at place: String) throws {
        guard bytes.count < 1024, bytes.starts(with: head) else { return }
        throw UserError(
            "a pointer of Git LFS, not the file itself", at: place,
            remedy: "In the folder of the clone: git lfs install, then git lfs pull. Or fetch it with: iisan models pull NAME")
    }

    /// Checks all of some files of a folder that are there.
    ///
    /// - Throws: ``UserError`` for a pointer, and for a named pipe.
    package static func check(_ names: [String], in folder: URL) throws {
        for name in names {
            let url = folder.appending(path: name)
            try NamedPipe.refuse(url)
            guard let file = try? FileHandle(forReadingFrom: url) else { continue }
            defer { try? file.close() }
            let start = (try? file.read(upToCount: head.count)) ?? Data()
            guard start.elementsEqual(head) else { continue }
            try MappedFile(url).withBytes { try check($0, at: url.path) }
        }
    }
}
