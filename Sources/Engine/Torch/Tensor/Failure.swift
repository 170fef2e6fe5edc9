import CTorch
import Files
import Foundation

/// What happens when LibTorch refuses an operation.
///
/// Expressions on tensors do not throw: a wrong shape is a mistake of the program and stops it with LibTorch's message. Inside
/// ``withTensorErrors(_:)`` the first refusal is kept instead and thrown at the end.
enum Failure {
    private static let key = "swift-iisan.first-tensor-failure"

    /// Reports the message of the call that just failed.
    static func report() {
        let message = String(cString: ctorch.error())
        let thread = Thread.current.threadDictionary
        guard let first = thread[key] as? String else { fatalError("LibTorch: \(message)") }
        if first.isEmpty { thread[key] = message }
    }

    static func collect<Result>(_ body: () throws -> Result) throws -> Result {
        let thread = Thread.current.threadDictionary
        let outer = thread[key] as? String
        thread[key] = ""
        defer { thread[key] = outer }
        let result = Swift.Result { try body() }
        if let message = thread[key] as? String, !message.isEmpty {
            let outOfMemory = message.contains("out of memory") || message.contains("can't allocate memory")
            throw UserError(
                "LibTorch: \(message.split(separator: "\n").first ?? "unknown failure")",
                remedy: outOfMemory ? "Use smaller batches or another device." : nil)
        }
        return try result.get()
    }
}

/// Runs work on tensors whose failure is not a mistake of the program, such as memory that runs out on a device.
///
/// - Throws: ``UserError`` with LibTorch's first message; whatever `body` throws.
public func withTensorErrors<Result>(_ body: () throws -> Result) throws -> Result { try Failure.collect(body) }
