/// The heads of an attention.
struct AttentionShape: Sendable, Equatable {
    /// How many heads ask.
    var heads: Int
    /// How many heads of keys and values there are; a divisor of `heads`.
    var keyHeads: Int
    /// Values per head.
    var headWidth: Int

    /// Values of all heads' queries.
    var width: Int { heads * headWidth }
    /// Values of all heads' keys.
    var keyWidth: Int { keyHeads * headWidth }
}

extension ConfigurationFile {
    /// The heads that share a width evenly, each with its own key.
    func heads(
        _ key: String = "num_attention_heads", width: Int, named widthKey: String = "hidden_size", default usual: Int? = nil
    ) throws -> AttentionShape {
        let heads = try size(key, default: usual)
        guard width % heads == 0 else { throw error(key, "is \(heads), which does not divide \(widthKey) \(width)") }
        return AttentionShape(heads: heads, keyHeads: heads, headWidth: width / heads)
    }

    /// Checks that `head_dim`, where it is there, says no more than that heads share the width evenly.
    func checkHeadWidth(_ heads: AttentionShape) throws {
        guard has("head_dim") else { return }
        let headWidth = try size("head_dim")
        guard headWidth == heads.headWidth else {
            throw error(
                "head_dim", "is \(headWidth), only \(heads.headWidth) is supported",
                remedy: "Only models whose heads share hidden_size evenly are read.")
        }
    }
}
