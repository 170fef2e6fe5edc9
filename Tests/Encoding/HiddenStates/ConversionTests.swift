import Foundation
import Testing
import TestSupport

@testable import HiddenStates

@Suite struct ConversionTests {
    private func convert(_ values: [Float], _ type: StateType) -> (bytes: [UInt8], fits: Bool) {
        var bytes = [UInt8](repeating: 0xAA, count: values.count * type.size)
        let fits = values.withUnsafeBufferPointer { values in bytes.withUnsafeMutableBytes { type.convert(values, into: $0) } }
        return (bytes, fits)
    }

    private func expand(_ bytes: [UInt8], _ type: StateType) -> [Float] {
        var values = [Float](repeating: 0, count: bytes.count / type.size)
        values.withUnsafeMutableBufferPointer { values in bytes.withUnsafeBytes { type.expand($0, into: values) } }
        return values
    }

    /// The nearest multiple of the type's spacing at a value, computed in double: an independent statement of the rounding.
    private func nearest(_ value: Float, mantissaBits: Int, leastExponent: Int) -> Float {
        if value == 0 { return value }
        let exponent = max(Int(value.exponent), leastExponent)
        let spacing = scalbn(1.0, exponent - mantissaBits)
        return Float((Double(value) / spacing).rounded(.toNearestOrEven) * spacing)
    }

    @Test func everyFloat16RoundTrips() {
        let halves = (0...UInt16.max).filter { $0 & 0x7C00 != 0x7C00 }
        let bytes = halves.withUnsafeBytes { Array($0) }
        let values = expand(bytes, .float16)
        #expect(values.allSatisfy { $0.isFinite })
        #expect(convert(values, .float16).bytes == bytes)
        #expect(values[halves.firstIndex(of: 0x3C00)!] == 1)
        #expect(values[halves.firstIndex(of: 0x7BFF)!] == 65504)
        #expect(values[halves.firstIndex(of: 0x0001)!] == 0x1p-24)
    }

    @Test(arguments: [StateType.float16, .bfloat16])
    func roundsToNearestEven(type: StateType) {
        var generator = SeededGenerator(seed: 3)
        var values: [Float] = []
        for _ in 0..<200_000 {
            let value = Float(bitPattern: UInt32(truncatingIfNeeded: generator.next()))
            if value.isFinite, type == .bfloat16 || value.magnitude < 65520, value.magnitude < 3e38 { values.append(value) }
        }
        // Ties, and their neighbours, of normal and subnormal results.
        for exponent in -26...14 {
            for step in 0..<64 {
                let tie = scalbn(Float(1 + Float(2 * step + 1) / 2048), exponent)
                values += [tie, tie.nextUp, tie.nextDown, -tie]
            }
        }
        let result = convert(values, type)
        #expect(result.fits)
        let expected = values.map {
            type == .float16
                ? nearest($0, mantissaBits: 10, leastExponent: -14) : nearest($0, mantissaBits: 7, leastExponent: -126)
        }
        let found = expand(result.bytes, type)
        #expect(zip(found, expected).allSatisfy { $0.bitPattern == $1.bitPattern || ($0 == 0 && $1 == 0) })
    }

    @Test func noticesWhatDoesNotFit() {
        #expect(convert([65519.99], .float16).fits)
        #expect(!convert([0, 65520], .float16).fits)
        #expect(!convert([-70000], .float16).fits)
        #expect(convert([70000, -3e38], .bfloat16).fits)
        #expect(!convert([Float.greatestFiniteMagnitude], .bfloat16).fits)
        #expect(convert([Float.greatestFiniteMagnitude], .float32).fits)
        for type in StateType.allCases {
            for value in [Float.nan, .infinity, -.infinity, .signalingNaN] { #expect(!convert([1, value, 2], type).fits) }
            #expect(convert([], type).fits)
        }
    }

    @Test func findsStoredValuesThatAreNotFinite() {
        func areFinite(_ bytes: [UInt8], _ type: StateType) -> Bool { bytes.withUnsafeBytes { type.areFinite($0) } }
        #expect(areFinite([0xFF, 0x7B, 0, 0], .float16))
        #expect(!areFinite([0, 0, 0, 0xFC], .float16))
        #expect(areFinite([0x7F, 0x7F], .bfloat16))
        #expect(!areFinite([0xC0, 0x7F], .bfloat16))
        #expect(!areFinite([0, 0, 0xC0, 0x7F], .float32))
        #expect(areFinite([0xFF, 0xFF, 0x7F, 0x7F], .float32))
    }
}
