import Foundation

/// The item tower of IISAN and IISAN-Versa in float64, item by item and number by number, without any tensor.
struct ExactTower {
    /// By the names of a checkpoint.
    var parameters: [String: [Double]]
    var isGELU: Bool

    /// The vector of an item with its kept states of each modality.
    func vector(text: [[Double]]?, image: [[Double]]?) -> [Double] {
        var heads: [Double] = []
        if let image { heads += head(intra(image, "image"), "image") }
        if let text { heads += head(intra(text, "text"), "text") }
        if let text, let image { heads += head(inter(text: text, image: image), "inter") }
        return linear(heads, "fusion")
    }

    private func intra(_ states: [[Double]], _ tower: String) -> [Double] {
        var h = [Double](repeating: 0, count: states[0].count)
        for (k, state) in states.enumerated() {
            let x = zip(state, h).map { state, h in gate(tower, k).map { $0 * state + (1 - $0) * h } ?? state + h }
            h = block(x, "\(tower).blocks.\(k)")
        }
        return h
    }

    private func inter(text: [[Double]], image: [[Double]]) -> [Double] {
        let count = min(text.count, image.count), width = min(text[0].count, image[0].count)
        var m = [Double](repeating: 0, count: width)
        for k in 0..<count {
            func transformed(_ states: [[Double]]) -> [Double] {
                let state = states[states.count - count + k]
                return state.count > width ? linear(state, "inter.transforms.\(k)") : state
            }
            let (v, t) = (transformed(image), transformed(text))
            let x = (0..<width).map { i in gate("inter", k).map { m[i] + $0 * v[i] + (1 - $0) * t[i] } ?? m[i] + v[i] + t[i] }
            m = block(x, "inter.blocks.\(k)")
        }
        return m
    }

    private func gate(_ tower: String, _ k: Int) -> Double? { parameters["\(tower).gates"].map { 1 / (1 + exp(-$0[k] / 0.1)) } }

    private func block(_ x: [Double], _ name: String) -> [Double] {
        let inner = linear(x, "\(name).down").map { isGELU ? $0 * (1 + erf($0 / 2.squareRoot())) / 2 : max($0, 0) }
        return zip(x, linear(inner, "\(name).up")).map(+)
    }

    private func head(_ x: [Double], _ tower: String) -> [Double] {
        linear(linear(x, "\(tower).head.0"), "\(tower).head.1")
    }

    private func linear(_ x: [Double], _ name: String) -> [Double] {
        let weight = parameters["\(name).weight"]!, bias = parameters["\(name).bias"]!
        return weight.withUnsafeBufferPointer { weight in
            x.withUnsafeBufferPointer { x in
                bias.indices.map { row in
                    var sum = bias[row]
                    for column in x.indices { sum += weight[row * x.count + column] * x[column] }
                    return sum
                }
            }
        }
    }
}

/// States [items][layers][width] in float64, and what becomes of them when they are standardised over the items that have them.
struct ExactStates {
    var items: [[[Double]]]
    var isPresent: [Bool]

    /// Mean and deviation of a dimension of a layer.
    func statistics(_ layer: Int, _ dimension: Int) -> (mean: Double, deviation: Double) {
        let all = items.indices.filter { isPresent[$0] }.map { items[$0][layer][dimension] }
        let mean = all.reduce(0, +) / Double(all.count)
        return (mean, (all.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(all.count)).squareRoot())
    }

    /// (x - mean) / max(deviation, 1e-4).
    var standardised: ExactStates {
        var result = self
        for layer in items[0].indices {
            for dimension in items[0][layer].indices {
                let (mean, deviation) = statistics(layer, dimension)
                for item in items.indices {
                    result.items[item][layer][dimension] = (items[item][layer][dimension] - mean) / max(deviation, 1e-4)
                }
            }
        }
        return result
    }
}
