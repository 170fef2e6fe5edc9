import Encoders
import Files
import Pictures
import Torch

/// What a configuration says of the maps between a tower and a decoder.
struct ProjectorSettings: Sendable {
    let activation: Activation
    let hasBias: Bool

    init(_ configuration: ConfigurationFile) throws {
        activation = try configuration.activation("projector_hidden_act", default: "gelu")
        hasBias = try configuration.flag("multimodal_projector_bias", default: true)
    }
}

/// LLaVA's connector: W2 activation(W1 x), for each patch by itself.
struct Projector: Connector {
    private let first: Linear
    private let second: Linear
    private let activation: Activation
    /// How the states of tiles are laid out; nil: one tile after the other.
    private let map: TileMap?

    init(
        _ parameters: Parameters, _ settings: ProjectorSettings, _ reading: TowerReading, _ parts: VisionLanguageParts,
        map: TileMap? = nil
    ) throws {
        let (inputs, width) = (parts.vision.width * reading.layers.count, parts.text.width)
        first = try Linear(parameters.scoped("linear_1"), inputs, width, bias: settings.hasBias)
        second = try Linear(parameters.scoped("linear_2"), width, width, bias: settings.hasBias)
        (activation, self.map) = (settings.activation, map)
    }

    func callAsFunction(_ states: Tensor) -> Tensor { second(activation(first(states))) }

    func join(_ tiles: Tensor, _ layout: TileLayout) -> Tensor {
        map?.join(tiles, layout) ?? tiles.reshaped([-1, tiles.size(2)])
    }
}
