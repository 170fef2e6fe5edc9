import Files
import Foundation

/// Random numbers of a world that are the same in every run.
///
/// Every item and every user has a sequence of its own, so that each can be made alone and in any order.
package struct SeededRandom: RandomNumberGenerator, Sendable {
    private var numbers: SplitMix64

    /// The sequence of one thing of a world.
    ///
    /// - Parameters:
    ///   - seed: the world's seed.
    ///   - stream: what the numbers are for, so that an item's title and its picture do not share them.
    ///   - index: which item or user.
    package init(seed: UInt64, stream: Stream, index: Int = 0) {
        let start = SplitMix64.mixed(SplitMix64.mixed(seed ^ 0x5D58_8B65_6C07_8965) &+ stream.rawValue)
        numbers = SplitMix64(seed: SplitMix64.mixed(start &+ UInt64(index) &* 0xD134_2543_DE82_EF95))
    }

    /// What a sequence is used for.
    package enum Stream: UInt64, Sendable {
        /// The attributes and the popularity of an item.
        case attributes = 1
        /// The wording of an item's title.
        case title
        /// How an item's picture is drawn.
        case picture
        /// The styles that tastes are made of.
        case styles
        /// A user's taste and history.
        case user
    }

    /// The next 64 bits.
    package mutating func next() -> UInt64 { numbers.next() }

    /// A number in [0, 1).
    package mutating func uniform() -> Double { share().value }

    /// A number in [0, 1) with its bits.
    mutating func share() -> Share { Share(bits: next() >> 11) }

    /// A number in the range.
    package mutating func uniform(_ range: ClosedRange<Double>) -> Double {
        range.lowerBound + (range.upperBound - range.lowerBound) * uniform()
    }

    /// A number of the standard normal distribution.
    package mutating func normal() -> Double {
        (-2 * log(1 - uniform())).squareRoot() * cos(2 * Double.pi * uniform())
    }

    /// An index below `count`.
    package mutating func index(_ count: Int) -> Int { numbers.next(below: count) }

    /// One of the elements.
    package mutating func pick<Element>(_ elements: [Element]) -> Element { elements[index(elements.count)] }

    /// An index with a probability in proportion to its weight.
    package mutating func index(weights: [Double]) -> Int {
        var rest = uniform() * weights.reduce(0, +)
        for (index, weight) in weights.enumerated() {
            rest -= weight
            if rest < 0 { return index }
        }
        return weights.lastIndex { $0 > 0 } ?? 0
    }
}

/// A random number in [0, 1).
struct Share: Sendable {
    static let bitCount = 53
    /// The number times 2^53.
    let bits: UInt64
    /// The number.
    var value: Double { Double(bits) * 0x1p-53 }
}
