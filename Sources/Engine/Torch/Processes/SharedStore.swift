import CTorch
import Files

/// A store of keys and values that several processes share, by which they find each other and say what went wrong.
///
/// Safe to use from several threads; a wait keeps the others waiting, so a thread that must not be kept opens a store of its own.
package final class SharedStore: @unchecked Sendable {
    // c10d's client guards each exchange with its server.
    let handle: CTorchStore

    /// Connects to a store, and serves it where asked.
    ///
    /// - Parameters:
    ///   - port: where it is served; 0 lets the server take a free one.
    ///   - prefix: stands before every key, so that two attempts on one store do not meet.
    ///   - timeout: how long the server is waited for, in seconds.
    /// - Throws: ``UserError`` when there is no server, or the port is taken.
    package init(host: String, port: Int, serves: Bool, prefix: String = "", timeout: Double) throws {
        try LibTorch.load()
        guard let handle = ctorch.open_store(host, Int32(port), serves, prefix, timeout) else {
            throw UserError(
                serves
                    ? "the processes' store cannot be served there: \(Failure.reason)"
                    : "no store of the processes answers there within \(Int(timeout)) s: \(Failure.reason)",
                at: "\(host):\(port)",
                remedy: serves
                    ? "Another program may hold the port: set MASTER_PORT to a free one, the same for all processes."
                    : "Look whether the process of rank 0 runs on \(host) and whether MASTER_ADDR and MASTER_PORT are the same for all."
            )
        }
        self.handle = handle
    }

    deinit { ctorch.close_store(handle) }

    /// Where it is served.
    package var port: Int { Int(ctorch.store_port(handle)) }

    /// Sets a value.
    ///
    /// - Throws: ``UserError`` when the store does not answer.
    package func set(_ key: String, to value: String) throws {
        let bytes = Array(value.utf8)
        guard
            bytes.withUnsafeBytes({
                ctorch.store_set(handle, key, $0.baseAddress ?? UnsafeRawPointer(bitPattern: 1)!, Int64($0.count))
            })
        else { throw lost() }
    }

    /// A value, once somebody has set it.
    ///
    /// - Throws: ``UserError`` when nobody does in so many seconds, or the store does not answer.
    package func value(of key: String, timeout: Double) throws -> String {
        guard let bytes = ctorch.store_get(handle, key, timeout).map({ Tensor(owning: $0) }) else { throw lost() }
        return String(decoding: bytes.array(of: UInt8.self), as: UTF8.self)
    }

    /// Whether somebody has set a value.
    ///
    /// - Throws: ``UserError`` when the store does not answer.
    package func has(_ key: String) throws -> Bool {
        let found = ctorch.store_has(handle, key)
        guard found >= 0 else { throw lost() }
        return found > 0
    }

    /// Adds to a number, from 0, and gives the sum.
    ///
    /// - Throws: ``UserError`` when the store does not answer.
    @discardableResult
    package func add(_ amount: Int, to key: String) throws -> Int {
        let sum = ctorch.store_add(handle, key, Int64(amount))
        guard sum >= 0 else { throw lost() }
        return Int(sum)
    }

    private func lost() -> UserError { UserError("the processes' store does not answer: \(Failure.reason)") }
}

extension Failure {
    /// The first line of LibTorch's message of the call that just failed.
    static var reason: String { String(lastMessage.split(separator: "\n").first ?? "unknown failure") }
}
