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
