import CTorch
import Files
import Foundation

/// What happens when LibTorch refuses an operation.
///
/// Expressions on tensors do not throw: a wrong shape is a mistake of the program and stops it with LibTorch's message. Inside
/// ``withTensorErrors(_:)`` the first refusal is kept instead and thrown at the end.
enum Failure {
    private static let key = "swift-iisan.first-tensor-failure"

    /// LibTorch's message of the call that just failed.
    static var lastMessage: String {
        let message = String(cString: ctorch.error())
        return message.isEmpty ? "unknown failure" : message
    }

    /// Reports the call that just failed, or what else is wrong.
    static func report(_ message: String = lastMessage) {
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
        // What body throws after a failure follows from it.
        try check()
        return try result.get()
    }

    /// Throws the first failure of the innermost ``withTensorErrors(_:)`` on this thread, if there is one.
    static func check() throws {
        guard let message = Thread.current.threadDictionary[key] as? String, !message.isEmpty else { return }
        let isOutOfMemory = ["out of memory", "can't allocate memory", "bad_alloc", "Storage size calculation overflowed"]
            .contains { message.contains($0) }
        throw UserError(
            "LibTorch: \(message.split(separator: "\n").first ?? "unknown failure")",
            remedy: isOutOfMemory ? "Use smaller batches, a smaller catalogue or a device with more memory." : nil)
    }
}

/// Runs work on tensors whose failure is not a mistake of the program, such as memory that runs out on a device.
///
/// - Throws: ``UserError`` with LibTorch's first message; whatever `body` throws.
package func withTensorErrors<Result>(_ body: () throws -> Result) throws -> Result { try Failure.collect(body) }
