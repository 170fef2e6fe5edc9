import Foundation

/// Student's t distribution: what a mean of few values from a normal distribution is off by, in standard errors.
enum StudentT {
    /// The probability that |t| is at least as large: I_x(v / 2, 1 / 2) with x = v / (v + t²).
    ///
    /// - Parameters:
    ///   - t: in standard errors; may be infinite.
    ///   - degrees: degrees of freedom v, above 0, not necessarily whole.
    static func twoSided(_ t: Double, degrees: Double) -> Double {
        precondition(degrees > 0, "\(degrees) degrees of freedom")
        return t.isInfinite ? 0 : incompleteBeta(degrees / (degrees + t * t), degrees / 2, 0.5)
    }

    /// The t that |t| stays below with 95 % probability: 12.706 for one degree of freedom, 1.960 for very many.
    static func reach(degrees: Double) -> Double {
        var low = 0.0
        var high = 1.0
        while twoSided(high, degrees: degrees) > 0.05 { high *= 2 }
        for _ in 0..<60 {
            let middle = (low + high) / 2
            if twoSided(middle, degrees: degrees) > 0.05 { low = middle } else { high = middle }
        }
        return (low + high) / 2
    }

    /// The regularised incomplete beta function I_x(a, b), by its continued fraction (Abramowitz and Stegun, 26.5.8).
    static func incompleteBeta(_ x: Double, _ a: Double, _ b: Double) -> Double {
        if x <= 0 { return 0 }
        if x >= 1 { return 1 }
        // The fraction converges fast on this side only; I_x(a, b) = 1 - I_(1-x)(b, a) gives the other.
        if x > (a + 1) / (a + b + 2) { return 1 - incompleteBeta(1 - x, b, a) }
        let front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x)) / a
        return front * fraction(x, a, b)
    }

    /// 1 / (1 + d_1 / (1 + d_2 / (1 + ...))), by Lentz's method.
    private static func fraction(_ x: Double, _ a: Double, _ b: Double) -> Double {
        let least = 1e-300
        func kept(_ value: Double) -> Double { abs(value) < least ? least : value }
        var numerator = 1.0
        var denominator = 1 / kept(1 - (a + b) * x / (a + 1))
        var value = denominator
        for step in 1...500 {
            let m = Double(step)
            for term in [
                m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
                -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
            ] {
                denominator = 1 / kept(1 + term * denominator)
                numerator = kept(1 + term / numerator)
                value *= numerator * denominator
            }
            if abs(numerator * denominator - 1) < 1e-15 { break }
        }
        return value
    }
}
