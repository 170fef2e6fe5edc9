import Foundation

/// What this process holds in memory, in bytes.
struct ResidentMemory: Encodable {
    /// Its own: heap and stacks.
    var own = 0
    /// Pages of mapped files that were touched; the system can take them back.
    var mapped = 0

    /// What is held now; nothing where the system has no `/proc`.
    static var now: ResidentMemory {
        let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        func bytes(_ field: String) -> Int {
            let line = status.split(separator: "\n").first { $0.hasPrefix(field) } ?? ""
            return 1024 * (line.split(whereSeparator: { !$0.isNumber }).first.flatMap { Int($0) } ?? 0)
        }
        return ResidentMemory(own: bytes("RssAnon:") + bytes("RssShmem:"), mapped: bytes("RssFile:"))
    }

    /// Keeps the larger numbers.
    mutating func raise(to other: ResidentMemory) {
        (own, mapped) = (max(own, other.own), max(mapped, other.mapped))
    }

    /// What is held above another moment.
    func above(_ start: ResidentMemory) -> ResidentMemory {
        ResidentMemory(own: max(0, own - start.own), mapped: max(0, mapped - start.mapped))
    }
}
