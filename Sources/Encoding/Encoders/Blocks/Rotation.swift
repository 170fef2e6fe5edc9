import Foundation
import Torch

/// Turns each head's queries and keys by angles that grow with their token's position (Su et al. 2021).
protocol Rotation {
    /// Turns [items, heads, tokens, headWidth], the tokens from position 0 on.
    func callAsFunction(_ heads: Tensor) -> Tensor
}

/// Rotary positions of a row of tokens: value i of a head and value i + headWidth / 2 are turned by position · frequency i.
struct RotaryPositions: Rotation {
    let frequencies: RotaryFrequencies

    func callAsFunction(_ heads: Tensor) -> Tensor {
        RotaryAngles(frequencies, positions: heads.size(2), dtype: heads.dtype, on: heads.device).turn(heads)
    }
}

/// The turns of a range of positions.
struct RotaryAngles {
    /// [positions, headWidth / 2].
    let cosine: Tensor
    let sine: Tensor

    private init(cosine: Tensor, sine: Tensor) { (self.cosine, self.sine) = (cosine, sine) }

    /// Computes the turns of the positions from 0 on, in float32 before they are rounded to `dtype`.
    init(_ frequencies: RotaryFrequencies, positions: Int, dtype: ElementType, on device: Device) {
        let places = Tensor.range(0..<positions, on: device).to(.float32)
        let angles = places.unsqueezed(1) * Tensor(frequencies.values, on: device).unsqueezed(0)
        cosine = (angles.cosine() * frequencies.factor).to(dtype)
        sine = (angles.sine() * frequencies.factor).to(dtype)
    }

    /// Those of some of the positions.
    func narrowed(_ positions: Range<Int>) -> RotaryAngles {
        RotaryAngles(cosine: cosine.narrowed(0, positions), sine: sine.narrowed(0, positions))
    }

    /// Turns [items, heads, positions, headWidth].
    func turn(_ heads: Tensor) -> Tensor {
        let half = heads.size(3) / 2
        let (first, second) = (heads.narrowed(3, 0..<half), heads.narrowed(3, half..<(2 * half)))
        return .concatenated([first * cosine - second * sine, second * cosine + first * sine], along: 3)
    }
}

/// The angles per position of rotary positions, with the scaling that lets a model read further than it was trained.
struct RotaryFrequencies: Sendable, Equatable {
    /// Radians per position [headWidth / 2].
    private(set) var values: [Float]
    /// A factor of all cosines and sines.
    private(set) var factor = 1.0

    /// Reads `rope_scaling` and `rope_theta`, as older files have them, else `rope_parameters`.
    ///
    /// Where a file has both, `transformers` takes `rope_scaling` for the whole, and so is done here.
    ///
    /// - Parameters:
    ///   - usual: the base where the file says none.
    ///   - headWidth: values per head.
    ///   - maximum: tokens of the longest text.
    /// - Throws: ``UserError`` for an impossible value or a scaling that is not known.
    init(_ configuration: ConfigurationFile, base usual: Double, headWidth: Int, maximum: Int) throws {
        guard headWidth % 2 == 0 else {
            throw configuration.error("head_dim", "is \(headWidth), rotary positions need an even number")
        }
        let older = try configuration.section("rope_scaling").flatMap { $0.keys.isEmpty ? nil : $0 }
        let section = try older ?? configuration.section("rope_parameters")
        let base =
            try section.flatMap { $0.has("rope_theta") ? try $0.positive("rope_theta") : nil }
            ?? configuration.positive("rope_theta", default: usual)
        let exponents = (0..<headWidth / 2).map { Float(2 * $0) / Float(headWidth) }
        values = exponents.map { 1 / Float(pow(base, Double($0))) }
        guard let section else { return }
        try section.check(Self.keys)
        // It may be beside the section too, and then it counts.
        func trained() throws -> Double {
            let place = configuration.has("original_max_position_embeddings") ? configuration : section
            return Double(try place.size("original_max_position_embeddings", default: maximum))
        }
        let key = section.has("rope_type") ? "rope_type" : "type"
        switch try section.text(key, default: "default") {
        case "default": break
        // It changes angles of texts beyond the trained length only, and such are cut.
        case "dynamic": break
        case "linear":
            let scale = Float(try section.positive("factor"))
            values = values.map { $0 / scale }
        case "llama3": try scaleByWavelength(section, trained: trained())
        case "yarn": try scaleByRamp(section, base: base, headWidth: headWidth, maximum: maximum, trained: trained())
        case let name:
            throw section.error(
                key, "is \"\(name)\", which is not supported", remedy: "Supported: default, dynamic, linear, llama3, yarn.")
        }
    }

    /// The keys of the section. One for each kind of block would be objects below the kinds' names.
    static let keys = ConfigurationKeys(
        read: """
            attention_factor beta_fast beta_slow factor high_freq_factor low_freq_factor mscale mscale_all_dim \
            original_max_position_embeddings rope_theta rope_type truncate type
            """,
        fixed: [
            "partial_rotary_factor": .init(values: [.null, .number(1)], remedy: "Only models that turn whole heads are read."),
            "full_attention": .perKind, "sliding_attention": .perKind,
        ])

    /// Llama 3.1: long waves are stretched by the factor, short ones stay, those between are blended.
    private mutating func scaleByWavelength(_ section: ConfigurationFile, trained: Double) throws {
        let (scale, low, high) = (
            try section.positive("factor"), try section.positive("low_freq_factor"), try section.positive("high_freq_factor")
        )
        guard high > low else { throw section.error("high_freq_factor", "is \(high), not above low_freq_factor \(low)") }
        values = values.map { value in
            let waves = trained * Double(value) / (2 * .pi)  // within the trained length
            let share = min(1, max(0, (waves - low) / (high - low)))
            return Float((1 - share) * Double(value) / scale + share * Double(value))
        }
    }

    /// YaRN (Peng et al. 2023): a ramp over the dimensions between stretched and unchanged waves.
    private mutating func scaleByRamp(
        _ section: ConfigurationFile, base: Double, headWidth: Int, maximum: Int, trained: Double
    ) throws {
        func given(_ key: String, default usual: Double) throws -> Double {
            section.has(key) ? try section.positive(key) : usual
        }
        let scale = try given("factor", default: Double(maximum) / trained)
        func magnitude(_ weight: Double) -> Double { scale <= 1 ? 1 : 0.1 * weight * log(scale) + 1 }
        func weight(_ key: String) throws -> Double? { section.has(key) ? try section.positive(key) : nil }
        if let given = try weight("attention_factor") {
            factor = given
        } else if let one = try weight("mscale"), let all = try weight("mscale_all_dim") {
            factor = magnitude(one) / magnitude(all)
        } else {
            factor = magnitude(1)
        }
        func dimension(_ turns: Double) -> Double {
            Double(headWidth) * log(trained / (turns * 2 * .pi)) / (2 * log(base))
        }
        var (low, high) = (
            dimension(try given("beta_fast", default: 32)), dimension(try given("beta_slow", default: 1))
        )
        if try section.flag("truncate", default: true) { (low, high) = (low.rounded(.down), high.rounded(.up)) }
        (low, high) = (max(low, 0), min(high, Double(headWidth - 1)))
        if low == high { high += 0.001 }
        for index in values.indices {
            let ramp = min(1, max(0, (Double(index) - low) / (high - low)))
            values[index] = Float(Double(values[index]) * (ramp / scale + 1 - ramp))
        }
    }
}

extension ConfigurationKeys.Fixed {
    /// A section for the blocks of one kind.
    fileprivate static let perKind = Self(
        values: [.null], remedy: "Only models whose blocks all have the same rotary positions are read.")
}
