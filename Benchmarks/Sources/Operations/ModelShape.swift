/// The widths and depths of a recommender with side networks on two modalities.
package struct ModelShape: Codable, Equatable, Sendable {
    /// Kept states of a title and numbers in each.
    package var textLayers = 7, textWidth = 768
    /// Kept states of a picture and numbers in each.
    package var imageLayers = 7, imageWidth = 768
    /// r in SANB.
    package var bottleneck = 64
    /// Numbers in item and user vectors.
    package var vector = 64
    /// Blocks of the user encoder.
    package var userBlocks = 2

    /// The papers' shape: BERT and ViT in their base sizes, every second layer.
    package init() {}

    /// The three towers: kept states, width, and the width between the two maps of the head.
    ///
    /// Where widths or depths differ (IISAN-Versa), the heads within a modality go through `vector` numbers.
    var towers: [(layers: Int, width: Int, middle: Int)] {
        let isVersa = textWidth != imageWidth || textLayers != imageLayers
        let narrower = min(textWidth, imageWidth)
        return [
            (imageLayers, imageWidth, isVersa ? vector : imageWidth), (textLayers, textWidth, isVersa ? vector : textWidth),
            (min(textLayers, imageLayers), narrower, narrower),
        ]
    }
}
