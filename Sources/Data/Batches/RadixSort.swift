/// Orders numbers digit by digit, eight bits at a time: linear in their count, which for the few hundred of a batch beats comparing.
enum RadixSort {
    /// Orders numbers by some of their bits; those that are equal there stay in the order they had.
    static func sort(_ numbers: inout [UInt64], bits: Range<Int>) {
        var other = numbers
        for shift in stride(from: bits.lowerBound, to: bits.upperBound, by: 8) {
            let mask = UInt64(1) << min(8, UInt64(bits.upperBound - shift)) - 1
            var places = [Int](repeating: 0, count: 257)
            for number in numbers { places[Int(number >> shift & mask) + 1] += 1 }
            for digit in 0..<256 { places[digit + 1] += places[digit] }
            for number in numbers {
                let digit = Int(number >> shift & mask)
                other[places[digit]] = number
                places[digit] += 1
            }
            swap(&numbers, &other)
        }
    }
}
