import Files
import Foundation
import Torch

/// Checks of the values of a `config.json`, with errors that name the key.
struct ConfigurationCheck {
    /// The file that is checked.
    let file: URL

    /// No size in a configuration may be larger: what is computed from two of them must not overflow.
    private static let largest = 1 << 24

    /// Checks that sizes are at least 1 and not absurd.
    func sizes(_ sizes: KeyValuePairs<String, Int>) throws {
        for (key, value) in sizes where !(1...Self.largest).contains(value) {
            throw error(key, "is \(value), expected a number from 1 to \(Self.largest)")
        }
    }

    /// Checks that the heads of attention share the width evenly.
    func heads(_ heads: Int, width: Int) throws {
        guard width % heads == 0 else {
            throw error("num_attention_heads", "is \(heads), which does not divide hidden_size \(width)")
        }
    }

    /// Checks that probabilities are at least 0 and below 1.
    func probabilities(_ values: KeyValuePairs<String, Double>) throws {
        for (key, value) in values where !(0..<1).contains(value) {
            throw error(key, "is \(value), expected a probability from 0 to below 1")
        }
    }

    /// Checks that the summand of a norm is a small positive number.
    func epsilon(_ value: Double) throws {
        guard value > 0, value < 1 else { throw error("layer_norm_eps", "is \(value), expected a number between 0 and 1") }
    }

    /// The activation of a name.
    func activation(_ name: String) throws -> Activation {
        guard let activation = Activation(rawValue: name) else {
            let known = Activation.allCases.map(\.rawValue).joined(separator: ", ")
            throw error("hidden_act", "is \"\(name)\", which is not supported", remedy: "Supported: \(known).")
        }
        return activation
    }

    /// The error of a key.
    func error(_ key: String, _ problem: String, remedy: String? = nil) -> UserError {
        UserError("\"\(key)\" \(problem)", at: file.path, remedy: remedy)
    }
}
