package import Encoders
import Files
package import Pictures
package import Torch

/// Idefics 3, SmolVLM and SmolVLM 2: SigLIP's tower, of whose states each square of patches becomes one, and Llama.
package struct IdeficsFamily: VisionLanguageFamily {
    /// The `model_type`s of the family.
    package static let modelTypes = ["idefics3", "smolvlm"]

    /// What is done about the keys of a configuration.
    package static func keys(of modelType: String) -> ConfigurationKeys {
        .common
            + ConfigurationKeys(
                read: "image_token_id scale_factor text_config tie_word_embeddings vision_config",
                withoutEffect: "image_seq_len vocab_size")
    }

    /// True: prompts may have any number of pictures.
    package static let readsSeveral = true

    package let parts: VisionLanguageParts
    /// Patches along the side of a square that becomes one state.
    let scale: Int

    /// Reads and checks a configuration.
    ///
    /// - Throws: ``UserError`` that names the file and the key that is missing, impossible or not supported.
    package init(_ configuration: ConfigurationFile, modelType: String) throws {
        parts = try VisionLanguageParts(
            configuration,
            .init(
                vision: .init(modelType: "\(modelType)_vision"),
                text: .init(modelType: "llama", section: UsualDecoders.idefics), imageToken: ["image_token_id"],
                usualImageToken: 128_257, towers: [IdeficsVisionFamily.self], isHeadOutside: true))
        scale = try configuration.size("scale_factor", default: 2)
        let side = try parts.side()
        guard side % scale == 0 else {
            throw configuration.error("scale_factor", "is \(scale), which does not divide the \(side) patches of a side")
        }
    }

    /// The last state after the final norm.
    package var reading: TowerReading { TowerReading(layers: [parts.vision.depth], leavesFirst: false, isNormed: true) }

    /// Where a checkpoint has its parts.
    package var names: VisionLanguageNames {
        VisionLanguageNames(
            vision: ["model.vision_model."], text: ["model.text_model."], head: [""], connector: ["model.connector."])
    }

    /// Squares of patches through one map.
    package func connector(_ parameters: Parameters, newline: Parameters) throws -> any Connector {
        SquareConnector(
            map: try Linear(
                parameters.scoped("modality_projection.proj"), parts.vision.width * scale * scale, parts.text.width,
                bias: false),
            scale: scale, side: try parts.side())
    }

    /// One for each square of patches.
    package func statesPerTile() throws -> Int {
        let squares = try parts.side() / scale
        return squares * squares
    }

    /// Each tile between marks that say where it is, the whole picture last.
    package func text(for layout: TileLayout, count: Int) -> String {
        let mark = "<fake_token_around_image>"
        let states = String(repeating: "<image>", count: count / layout.count)
        let whole = "\(mark)<global-img>\(states)\(mark)"
        guard layout.rows > 0 else { return whole }
        let rows = (1...layout.rows).map { row in
            (1...layout.columns).map { "\(mark)<row_\(row)_col_\($0)>\(states)" }.joined() + "\n"
        }
        return rows.joined() + "\n" + whole
    }

    /// SmolVLM's, or that of Idefics 3, which does not mark turns.
    package func template(where hasToken: (String) -> Bool) -> PromptTemplate {
        hasToken("<|im_start|>") ? .idefics : .idefics3
    }
}

/// The connector of Idefics 3: the states of a square of patches side by side, through one map.
struct SquareConnector: Connector {
    let map: Linear
    /// Patches along a square's side.
    let scale: Int
    /// Patches along a tile's side.
    let side: Int

    func callAsFunction(_ states: Tensor) -> Tensor {
        let (tiles, width, squares) = (states.size(0), states.size(2), side / scale)
        let joined = states.reshaped([tiles, squares, scale, squares, scale, width]).permuted([0, 1, 3, 2, 4, 5])
            .reshaped([tiles, squares * squares, scale * scale * width])
        return map(joined)
    }
}
