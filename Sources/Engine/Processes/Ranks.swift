package import Files
import Foundation
package import Torch

/// The processes of a training, seen from one of them.
///
/// Whoever fails writes its reason into the store that all share, and lives in it by a count that grows each second. So one that waits in
/// vain can say who is missing, and why.
package final class Ranks {
    /// Where this process stands.
    package let place: Rendezvous
    /// What they compute together with.
    package let group: ProcessGroup
    let store: SharedStore
    private let timeout: Double
    private let heartbeat: Heartbeat
    /// What steps of a training took so far.
    package internal(set) var steps = Steps()

    /// Meets the other processes.
    ///
    /// - Parameter timeout: the longest that any waits for the others, in seconds.
    /// - Throws: ``UserError`` when they do not come in time, or cannot reach each other.
    package init(_ place: Rendezvous, timeout: Double) throws {
        (self.place, self.timeout) = (place, timeout)
        let prefix = "iisan/\(place.attempt)/"
        store = try SharedStore(
            host: place.host, port: place.port, serves: place.rank == 0 && !place.isServed, prefix: prefix, timeout: timeout)
        do {
            let address = try LocalAddress.facing(place.host)
            try store.set("place/\(place.rank)", to: "\(ProcessInfo.processInfo.hostName) (\(address))")
            heartbeat = try Heartbeat(place, prefix: prefix, timeout: timeout)
            try Self.checkAddresses(store, place, timeout)
            group = try ProcessGroup(store, rank: place.rank, size: place.size, at: address, timeout: timeout)
        } catch let error as UserError {
            let missing = Self.missing(store, place)
            // What has no remedy of its own came of another process.
            let blame = missing ?? (error.remedy == nil ? Self.blamed(store, place) : nil)
            Self.leave(store, place, without: blame)
            throw blame?.error(error.problem, place) ?? error
        }
    }

    /// Meets the other processes, unless this one is told to stop meanwhile.
    ///
    /// - Parameters:
    ///   - timeout: the longest that any waits for the others, in seconds.
    ///   - stop: looked at while it waits.
    /// - Throws: as ``init(_:timeout:)``; `CancellationError` when told to stop, and the program has to end then: nothing ends what waits.
    package static func meeting(_ place: Rendezvous, timeout: Double, stop: StopToken) throws -> Ranks {
        let met = ResultBox<Swift.Result<Ranks, any Error>>()
        let done = DispatchSemaphore(value: 0)
        Thread.detachNewThread {
            met.result = Swift.Result { try Ranks(place, timeout: timeout) }
            done.signal()
        }
        while done.wait(timeout: .now() + 0.05) == .timedOut { try stop.check() }
        return try met.result!.get()
    }

    /// This process's number.
    package var rank: Int { place.rank }
    /// How many there are.
    package var size: Int { place.size }
    /// Whether this is the one that writes and speaks.
    package var isFirst: Bool { rank == 0 }

    /// This process's part of so many things in a row: all parts but the last are of one length.
    package func part(of count: Int) -> Range<Int> {
        let each = Self.partLength(of: count, size: size)
        return min(count, rank * each)..<min(count, (rank + 1) * each)
    }

    /// The length of every part but the last.
    package static func partLength(of count: Int, size: Int) -> Int { (count + size - 1) / size }

    /// Refuses to go on where processes were started with different things.
    ///
    /// - Parameters:
    ///   - facts: what has to be the same everywhere, as in ("the dataset", a hash).
    ///   - stop: looked at while it waits for the others.
    /// - Throws: ``UserError`` that names the rank and what differs; ``LostProcess`` when another does not say in time;
    ///   `CancellationError` when told to stop.
    package func agree(on facts: [(name: String, value: String)], stop: StopToken = StopToken()) throws {
        for fact in facts { try store.set("fact/\(fact.name)/\(rank)", to: fact.value) }
        func said(_ name: String, by rank: Int) throws -> String {
            let key = "fact/\(name)/\(rank)"
            let end = Date(timeIntervalSinceNow: timeout)
            while (try? store.has(key)) == false, Date() < end {
                try stop.check()
                Thread.sleep(forTimeInterval: 0.01)
            }
            guard let value = try? store.value(of: key, timeout: 1) else {
                throw LostProcess(reason: "rank \(rank) does not say what \(name) is")
            }
            return value
        }
        for fact in facts {
            let first = try said(fact.name, by: 0)
            for other in 1..<size {
                let value = try said(fact.name, by: other)
                guard value != first else { continue }
                let host = (try? store.value(of: "place/\(other)", timeout: 1)) ?? "unknown"
                throw UserError(
                    "\(fact.name) of rank \(other), on \(host), is not that of rank 0: \(value.prefix(64)), not \(first.prefix(64))",
                    remedy: "Start all processes with the same program, configuration and data.")
            }
        }
    }

    /// Waits until all processes have come to a point, for as long as they live, however long what they do before takes.
    ///
    /// - Parameters:
    ///   - point: a name that is met at once.
    ///   - stop: looked at while it waits.
    /// - Throws: `CancellationError` when told to stop; ``LostProcess`` when one of the others has failed or fallen silent.
    package func meet(at point: String, stop: StopToken) throws {
        func key(_ rank: Int) -> String { "at/\(point)/\(rank)" }
        var looked = Date()
        var missing = 0
        do {
            try store.set(key(rank), to: "here")
            while missing < size {
                if try store.has(key(missing)) {
                    missing += 1
                    continue
                }
                try stop.check()
                Thread.sleep(forTimeInterval: 0.05)
                guard looked.timeIntervalSinceNow < -min(timeout, 10) else { continue }
                guard case .nobody = Self.blamed(store, place) else {
                    throw LostProcess(reason: "rank \(missing) does not come")
                }
                looked = Date()
            }
        } catch let error as UserError { throw LostProcess(reason: error.problem) }
    }

    /// Runs what the processes do together: a failure of this one is told to the others, and where another is missed, it is named.
    ///
    /// - Throws: what `body` throws; in place of ``LostProcess`` a ``UserError`` that names the rank.
    package func together<Result>(_ body: () throws -> Result) throws -> Result {
        do {
            let result = try body()
            Self.leave(store, place)
            return result
        } catch let lost as LostProcess {
            let blame = Self.blamed(store, place)
            group.leave()
            Self.leave(store, place, without: blame)
            throw blame.error(lost.reason, place)
        } catch {
            if !(error is CancellationError) { try? store.set("failed/\(rank)", to: "\(error)") }
            group.leave()
            Self.leave(store, place)
            throw error
        }
    }

    /// Says that this process needs nothing more, and keeps the store, where it is this process's, until the others have left: they read
    /// there why one failed. It waits neither for those who have fallen silent nor for longer than any could need.
    private static func leave(_ store: SharedStore, _ place: Rendezvous, without blame: Blame? = nil) {
        if case .store = blame { return }
        _ = within(seconds: 2) { try? store.add(1, to: "left") }
        guard place.rank == 0, !place.isServed else { return }
        var expected = place.size
        if case .silent(let ranks, _) = blame { expected -= ranks.count }
        let end = Date(timeIntervalSinceNow: farewell)
        while Date() < end, let left = try? store.add(0, to: "left"), left < expected { Thread.sleep(forTimeInterval: 0.02) }
    }

    /// How long others may take to find out that one has failed, in seconds.
    private static let farewell = 10.0
}

extension Ranks {
    /// Who has not come to the meeting; nil where all have, and where the store does not answer.
    private static func missing(_ store: SharedStore, _ place: Rendezvous) -> Blame? {
        let missing = (0..<place.size).filter { (try? store.has("place/\($0)")) == false }
        guard !missing.isEmpty else { return nil }
        let names = missing.map(String.init).joined(separator: ", ")
        return .silent(missing, "rank \(names) of \(place.size) has not come to \(place.host):\(place.port) in time")
    }

    /// Refuses machines that cannot reach each other because one knows itself by an address of its own only.
    private static func checkAddresses(_ store: SharedStore, _ place: Rendezvous, _ timeout: Double) throws {
        let places = try (0..<place.size).map { try store.value(of: "place/\($0)", timeout: timeout) }
        func isLoopback(_ place: String) -> Bool {
            place.contains("(127.") || place.contains("(::1)") || place.contains("(lo)")
        }
        let inside = places.indices.filter { isLoopback(places[$0]) }
        guard !inside.isEmpty, inside.count < places.count else { return }
        throw UserError(
            "rank \(inside[0]), on \(places[inside[0]]), is reached by nobody else: \(place.host) is its loopback address there",
            remedy:
                "Set GLOO_SOCKET_IFNAME to the network interface of that machine, as in eth0, or MASTER_ADDR to its address in the network."
        )
    }
}
