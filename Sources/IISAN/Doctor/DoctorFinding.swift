/// One thing ``Doctor`` looked at.
public struct DoctorFinding: Sendable, Codable, Equatable {
    /// How good what was found is.
    public enum Status: String, Sendable, Codable {
        /// Nothing to do.
        case ok
        /// It works, and could work better.
        case advice
        /// It cannot work like this.
        case problem
    }

    /// What was looked at: `LibTorch`, `Memory`.
    public var name: String
    /// What was found, in words.
    public var value: String
    /// How good that is.
    public var status: Status
    /// What to do about it, as an instruction; nil when nothing needs to be done.
    public var advice: String?

    /// Makes a finding that is in order.
    public init(_ name: String, _ value: String) {
        (self.name, self.value, status) = (name, value, .ok)
    }

    /// Makes a finding with something to do about it; without advice it is in order.
    public init(_ name: String, _ value: String, advice: String?, status: Status = .advice) {
        self.init(name, value)
        self.advice = advice
        if advice != nil { self.status = status }
    }
}
