import Foundation
import Report
import Serving

/// What the parts of the score add to an item, as a bar and as text.
///
/// Parts that read the same thing are added up: the network's tower of pictures and the pictures' content are both `image`.
struct PartShares: Sendable, Equatable {
    /// What is told apart, in the order in which it is shown.
    enum Kind: Int, CaseIterable, Sendable {
        case image, text, both, network, neighbours, popularity, newness, other

        /// What the part of a name reads.
        init(part: String) {
            switch part {
            case "image", "content.image": self = .image
            case "text", "content.text": self = .text
            case "inter": self = .both
            case "network": self = .network
            case "neighbours": self = .neighbours
            case "popularity": self = .popularity
            case "newness": self = .newness
            default: self = .other
            }
        }

        /// What it is called.
        var name: String {
            switch self {
            case .image: "image"
            case .text: "text"
            case .both: "both"
            case .network: "network"
            case .neighbours: "neighbours"
            case .popularity: "popularity"
            case .newness: "newness"
            case .other: "other"
            }
        }

        /// What it stands for, in a sentence's words.
        var meaning: String {
            switch self {
            case .image: "what the picture looks like"
            case .text: "what the title says"
            case .both: "picture and title together"
            case .network: "the trained network"
            case .neighbours: "what people took next to the history's items"
            case .popularity: "how often it is taken at all"
            case .newness: "whether it is new"
            case .other: "other parts"
            }
        }
    }

    /// What each kind adds to the mean score; kinds that the model does not have are missing.
    let amounts: [(kind: Kind, adds: Double)]

    /// Adds up the parts of an item's reasons.
    init(_ parts: [Reasons.Part]) {
        var sums: [Kind: Double] = [:]
        for part in parts { sums[Kind(part: part.part), default: 0] += part.adds }
        amounts = sums.sorted { $0.key.rawValue < $1.key.rawValue }.map { ($0.key, $0.value) }
    }

    static func == (one: PartShares, other: PartShares) -> Bool {
        one.amounts.elementsEqual(other.amounts) { $0.kind == $1.kind && $0.adds == $1.adds }
    }

    /// What all parts add together: the score less the mean score.
    var total: Double { amounts.reduce(0) { $0 + $1.adds } }
    /// What those add that add something, and what those take away that do.
    var above: Double { amounts.reduce(0) { $0 + max(0, $1.adds) } }
    var below: Double { amounts.reduce(0) { $0 - min(0, $1.adds) } }

    /// A share of the whole in percent, as `62 %` or `−3 %`.
    func percent(_ adds: Double) -> String {
        let share = (adds / total * 100).rounded()
        return "\(share < 0 ? "\u{2212}" : "")\(Int(abs(share))) %"
    }

    /// A number with a sign only where it is below zero, as `0.61` or `−0.12`.
    static func plain(_ number: Double) -> String { signed(number).replacing("+", with: "") }

    /// An amount with its sign, as `+0.61` or `−0.12`.
    static func signed(_ number: Double) -> String {
        guard number.isFinite else { return "?" }
        let text = String(format: "%.2f", abs(number))
        return text == "0.00" ? text : (number < 0 ? "\u{2212}" : "+") + text
    }
}

extension PartShares {
    /// How far bars reach that are compared with each other.
    struct Scale: Sendable {
        /// The most that any of them adds and takes away.
        var above: Double
        var below: Double
        /// Whether shares of the whole make sense: each whole is above the mean.
        var isShared: Bool

        init(_ all: [PartShares]) {
            above = all.map(\.above).max() ?? 0
            below = all.map(\.below).max() ?? 0
            isShared = all.allSatisfy { $0.total > 0.02 * max($0.above, $0.below) }
        }
    }

    /// The bar: what adds something goes to the right from a line, what takes away to the left.
    func bar(_ scale: Scale) -> Markup {
        let width = 200.0
        let whole = max(scale.above + scale.below, 1e-9)
        // Room for the line where nothing goes to the left.
        let zero = max(1, width * scale.below / whole)
        let unit = (width - zero) / max(scale.above, 1e-9)
        let unitBelow = scale.below > 0 ? zero / scale.below : 0
        var (right, left) = (zero, zero)
        let parts: [Markup] = amounts.map { kind, adds in
            let length = adds > 0 ? adds * unit : -adds * unitBelow
            if adds < 0 { left -= length }
            defer { if adds > 0 { right += length } }
            return """
                <rect class="part \(kind.name)" x="\(adds > 0 ? right : left)" y="2" width="\(max(0, length))" height="8"/>
                """
        }
        return """
            <svg class="bar-of-parts" viewBox="0 0 200 12" preserveAspectRatio="none" aria-hidden="true" focusable="false">\(parts)\
            <rect class="zero" x="\(zero - 0.5)" y="0" width="1" height="12"/></svg>
            """
    }

    /// The text values, one a line.
    func values(_ scale: Scale) -> Markup {
        let lines: [Markup] = amounts.map { kind, adds in
            let value = scale.isShared ? percent(adds) : Self.signed(adds)
            return "<div><dt><i class=\"dot \(kind.name)\"></i>\(kind.name)</dt><dd>\(value)</dd></div>"
        }
        return "<dl class=\"parts\">\(lines)</dl>"
    }
}

extension Int {
    /// The digits in groups of three, as `1,295`.
    var grouped: String {
        var text = ""
        for (place, digit) in String(magnitude).reversed().enumerated() {
            if place > 0, place % 3 == 0 { text = "," + text }
            text = String(digit) + text
        }
        return self < 0 ? "\u{2212}" + text : text
    }
}
