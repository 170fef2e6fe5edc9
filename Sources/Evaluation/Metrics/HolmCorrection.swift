/// Holm's correction of a family of tests: among many comparisons some look significant by chance alone.
///
/// With p_(1) <= ... <= p_(n): p'_(i) = max over j <= i of min(1, (n - j + 1) p_(j)). The chance that any comparison is wrongly called a
/// difference is then at most the level, whatever the tests have to do with each other.
public enum HolmCorrection {
    /// The corrected probabilities, in the order given.
    public static func corrected(_ pValues: [Double]) -> [Double] {
        var corrected = pValues
        var most = 0.0
        for (place, index) in pValues.indices.sorted(by: { pValues[$0] < pValues[$1] }).enumerated() {
            most = max(most, min(1, Double(pValues.count - place) * pValues[index]))
            corrected[index] = most
        }
        return corrected
    }
}
