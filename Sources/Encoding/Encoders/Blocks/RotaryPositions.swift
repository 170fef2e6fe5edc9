import Torch

/// Rotary positions of a row of tokens: value i of a head and value i + headWidth / 2 are turned by position · frequency i.
struct RotaryPositions: Rotation {
    let frequencies: RotaryFrequencies

    func callAsFunction(_ heads: Tensor) -> Tensor {
        let half = heads.size(3) / 2
        let (cosine, sine) = table(tokens: heads.size(2), like: heads)  // [tokens, headWidth / 2]
        let (first, second) = (heads.narrowed(3, 0..<half), heads.narrowed(3, half..<(2 * half)))
        return .concatenated([first * cosine - second * sine, second * cosine + first * sine], along: 3)
    }

    private func table(tokens: Int, like heads: Tensor) -> (Tensor, Tensor) {
        let positions = Tensor.range(0..<tokens, on: heads.device).to(.float32)
        let values = Tensor(frequencies.values, on: heads.device)
        let angles = positions.unsqueezed(1) * values.unsqueezed(0)
        return ((angles.cosine() * frequencies.factor).to(heads.dtype), (angles.sine() * frequencies.factor).to(heads.dtype))
    }
}
