import Files
import Foundation

extension Split {
    /// Refuses a split in which nobody has a validation target, or nobody a test target: what is trained could not be chosen, or ranked.
    ///
    /// - Throws: ``UserError`` that names the time that is to blame and the times that the dataset has.
    package func checkTargets() throws {
        for part in Part.allCases where evaluation(part).isEmpty {
            throw options.problem(
                "no user with earlier interactions has a \(part.rawValue) target", part, times, interactionTimes)
        }
    }
}

extension SplitOptions {
    /// Why a split leaves nothing to train on, or no targets.
    ///
    /// - Parameters:
    ///   - problem: what is missing.
    ///   - part: the part whose time is to blame.
    ///   - times: where validation and test start; nil where histories are split by place.
    ///   - timestamps: the dataset's; nil where it has none.
    func problem(
        _ problem: String, _ part: Split.Part, _ times: (validation: Int64, test: Int64)?, _ timestamps: MappedArray<Int64>?
    ) -> UserError {
        guard let times, let range = timestamps?.withElements({ Self.range(of: $0) }) else {
            return UserError(
                problem, at: "data.split.minimum_items", remedy: "Lower data.split.minimum_items, or import more interactions.")
        }
        let named = validationTime != nil
        let place = "data.split.\(part.rawValue)_\(named ? "time" : "quantile")"
        let found =
            "\(problem): validation starts at \(times.validation), test at \(times.test), "
            + "and the dataset's times run from \(range.lowerBound) to \(range.upperBound)"
        let remedy: String
        if named, let units = Self.units(times.validation, of: range) ?? Self.units(times.test, of: range) {
            remedy =
                "The split's times look like \(units.given), the dataset's are \(units.found): give both in \(units.found)."
        } else {
            remedy =
                named
                ? "Choose both between the dataset's times, or leave both out: data.split.validation_quantile and test_quantile then say."
                : "Choose other quantiles, or lower data.split.minimum_items."
        }
        return UserError(found, at: place, remedy: remedy)
    }

    private static func range(of timestamps: UnsafeBufferPointer<Int64>) -> ClosedRange<Int64>? {
        guard var low = timestamps.first else { return nil }
        var high = low
        for time in timestamps { (low, high) = (min(low, time), max(high, time)) }
        return low...high
    }

    /// The units of a time outside a range and of the range's, where they are apart by a thousand or a million.
    private static func units(_ time: Int64, of range: ClosedRange<Int64>) -> (given: String, found: String)? {
        guard !range.contains(time), time > 0, range.upperBound > 0 else { return nil }
        let names = [(9.0, "seconds"), (12.0, "milliseconds"), (15.0, "microseconds"), (18.0, "nanoseconds")]
        // Times of these decades have 10 digits in seconds, 13 in milliseconds and so on.
        func unit(_ time: Int64) -> String? { names.last { log10(Double(time)) >= $0.0 - 0.5 }?.1 }
        guard let given = unit(time), let found = unit(range.upperBound), given != found else { return nil }
        return (given, found)
    }
}

/// Places in the order of many numbers, found by counting instead of sorting: at most four passes over them and no copy.
enum Quantile {
    /// The number in place `rank`, from 0, of all numbers in order. There must be more than `rank`.
    static func number(_ rank: Int, of numbers: UnsafeBufferPointer<Int64>) -> Int64 {
        var rank = rank
        var (low, high) = (UInt64.max, UInt64.min)
        for number in numbers { (low, high) = (min(low, key(number)), max(high, key(number))) }
        while true {
            // What is left to choose from is cut into at most 65536 ranges; the one that holds the place is what is left then.
            let shift = max(0, 48 - (high - low).leadingZeroBitCount)
            var counts = [Int](repeating: 0, count: 1 << 16)
            for number in numbers where key(number) >= low && key(number) <= high {
                counts[Int((key(number) - low) >> shift)] += 1
            }
            var range = 0
            while counts[range] <= rank {
                rank -= counts[range]
                range += 1
            }
            low += UInt64(range) << shift
            if shift == 0 { return Int64(bitPattern: low ^ 1 << 63) }
            high = min(high, low + (1 << shift - 1))
        }
    }

    /// The number as one without a sign, in the same order.
    private static func key(_ number: Int64) -> UInt64 { UInt64(bitPattern: number) ^ 1 << 63 }
}
