package import Encoders
import Files
import Generation
package import Pictures
package import Torch

/// Models of one architecture that write texts about pictures: a picture tower, a connector, and a decoder that reads what it gives.
///
/// A family is a value without tensors; it says what a `config.json` means and where a checkpoint has its parts. To add one, write a
/// type of this protocol and name it in ``VisionLanguageFamilies/all``.
package protocol VisionLanguageFamily: Sendable {
    /// The `model_type`s of the family.
    static var modelTypes: [String] { get }

    /// What is done about each key of a configuration, but for the sections of the parts.
    static func keys(of modelType: String) -> ConfigurationKeys

    /// Reads and checks a configuration whose keys were checked before.
    ///
    /// - Throws: ``UserError`` that names the file and the key that is missing, impossible or not supported.
    init(_ configuration: ConfigurationFile, modelType: String) throws

    /// The tower and the decoder.
    var parts: VisionLanguageParts { get }
    /// Which states of the tower go into the connector.
    var reading: TowerReading { get }
    /// Where a checkpoint has its parts.
    var names: VisionLanguageNames { get }

    /// What makes the decoder's states of the tower's.
    func connector(_ parameters: Parameters, newline: Parameters) throws -> any Connector

    /// Whether a prompt may have several pictures, as the frames of a video; else each is captioned by itself.
    static var readsSeveral: Bool { get }

    /// States that a tile becomes.
    ///
    /// - Throws: ``UserError`` for a tower without a size of its own.
    func statesPerTile() throws -> Int

    /// The text that stands for a picture in a prompt, before it becomes tokens.
    ///
    /// - Parameters:
    ///   - layout: its tiles.
    ///   - count: states of the picture, which as many image tokens stand for.
    func text(for layout: TileLayout, count: Int) -> String

    /// The usual form of a conversation around a prompt.
    ///
    /// - Parameter hasToken: whether the folder's tokenizer has a token.
    func template(where hasToken: (String) -> Bool) -> PromptTemplate
}

extension VisionLanguageFamily {
    /// False, as of models that were trained with one.
    package static var readsSeveral: Bool { false }
    /// The same of a model.
    var readsSeveral: Bool { Self.readsSeveral }

    /// One for each patch.
    package func statesPerTile() throws -> Int {
        let side = try parts.side()
        return side * side
    }
}

/// Which of a tower's states a connector takes.
package struct TowerReading: Sendable, Equatable {
    /// The numbers of the hidden states, which are put side by side.
    package var layers: [Int]
    /// Whether the first token, which stands for the whole picture, is left out.
    package var leavesFirst: Bool
    /// Whether the tower's final norm comes after the last block.
    package var isNormed: Bool
}

/// What the names of a checkpoint's tensors begin with; the first that is there counts, older releases last.
package struct VisionLanguageNames: Sendable {
    var vision: [String]
    var text: [String]
    var head: [String]
    var connector: [String]
    /// Of the state that ends a row of a picture's states.
    var newline: [String] = [""]
}

/// What makes the states that a decoder reads of those that a tower gives.
package protocol Connector {
    /// The states of tiles [tiles, patches, tower's width] as [tiles, states, decoder's width].
    func callAsFunction(_ states: Tensor) -> Tensor

    /// The states of one picture's tiles, the order in which they are read.
    ///
    /// - Parameters:
    ///   - tiles: [tiles, states, width].
    ///   - layout: how the picture was cut.
    /// - Returns: [states, width].
    func join(_ tiles: Tensor, _ layout: TileLayout) -> Tensor
}

extension Connector {
    /// All tiles' states, one after the other.
    package func join(_ tiles: Tensor, _ layout: TileLayout) -> Tensor { tiles.reshaped([-1, tiles.size(2)]) }
}
