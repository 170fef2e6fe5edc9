import Files
import Foundation

/// The form of a conversation that a model was trained with, around a picture and a prompt.
///
/// A model's folder has it as a program in Jinja, which is not run here; these are the forms of the supported families.
public struct PromptTemplate: Sendable, Hashable {
    /// The text, with `{image}` and `{prompt}` once each.
    public let text: String

    /// Takes a form of one's own.
    ///
    /// - Throws: ``UserError`` where a place is missing or there twice.
    public init(_ text: String) throws {
        for place in ["{image}", "{prompt}"] {
            let count = text.components(separatedBy: place).count - 1
            guard count == 1 else {
                throw UserError(
                    "the template has \(place) \(count) times, expected once",
                    remedy: "Write it as \"USER: {image}\\n{prompt} ASSISTANT:\".")
            }
        }
        self.text = text
    }

    private init(known text: String) { self.text = text }

    /// The form of Vicuna, which LLaVA 1.5 has.
    public static let vicuna = PromptTemplate(known: "USER: {image}\n{prompt} ASSISTANT:")
    /// The form of Mistral.
    public static let mistral = PromptTemplate(known: "[INST] {image}\n{prompt} [/INST]")
    /// The form of Qwen and others, with marks around each turn.
    public static let chatML = PromptTemplate(
        known: "<|im_start|>user {image}\n{prompt}<|im_end|><|im_start|>assistant\n")
    /// The form of SmolVLM.
    public static let idefics = PromptTemplate(
        known: "<|im_start|>User:{image}{prompt}<end_of_utterance>\nAssistant:")

    /// The form of Idefics 3 before SmolVLM.
    public static let idefics3 = PromptTemplate(known: "User:{image}{prompt}<end_of_utterance>\nAssistant:")

    /// The form of the decoder's family.
    init(ofDecoder modelType: String) {
        switch modelType {
        case "mistral": self = .mistral
        case "qwen2", "qwen3": self = .chatML
        default: self = .vicuna
        }
    }

    /// The text of a prompt.
    ///
    /// - Parameter image: what stands for the picture.
    package func filled(image: String, prompt: String) -> String {
        // One pass, so that a prompt may have braces of its own.
        let parts = text.components(separatedBy: "{image}")
        let fill = { (part: String) in part.components(separatedBy: "{prompt}").joined(separator: prompt) }
        return parts.map(fill).joined(separator: image)
    }
}
