import Files

extension StoreIdentity {
    /// The fields in which another identity differs, each as `field: this, other`; empty when they are equal.
    public func differences(from other: StoreIdentity) -> [String] {
        var found: [String] = []
        func compare(_ field: String, _ mine: String, _ theirs: String) {
            if mine != theirs { found.append("\(field): \(mine), \(theirs)") }
        }
        compare("family", encoder.family, other.encoder.family)
        compare("weights", Self.short(encoder.weightsHash), Self.short(other.encoder.weightsHash))
        compare("tokenizer", Self.short(encoder.tokenizerHash), Self.short(other.encoder.tokenizerHash))
        compare("modality", modality.rawValue, other.modality.rawValue)
        compare("pooling", pooling.rawValue, other.pooling.rawValue)
        compare("layers", "\(layers)", "\(other.layers)")
        compare("width", "\(width)", "\(other.width)")
        compare("dtype", dtype.rawValue, other.dtype.rawValue)
        for key in Set(preprocessing.keys).union(other.preprocessing.keys).sorted() {
            compare("preprocessing.\(key)", preprocessing[key] ?? "none", other.preprocessing[key] ?? "none")
        }
        // Hashes are shown shortened; when only their tails differ the identities still do.
        if found.isEmpty, self != other { found.append("the weights or the tokenizer differ") }
        // A name alone is no difference, but it helps to tell two encoders apart.
        if !found.isEmpty, encoder.name != other.encoder.name {
            found.insert("encoder: \(encoder.name), \(other.encoder.name)", at: 0)
        }
        return found
    }

    private static func short(_ hash: String?) -> String { hash.map { String($0.prefix(12)) } ?? "none" }
}
