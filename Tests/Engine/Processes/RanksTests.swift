import Files
import Foundation
import Processes
import TestModels
import TestSupport
import Testing
import Torch

/// Collectives of threads that stand for processes, and what is said when one fails.
@Suite(.serialized) struct RanksTests {
    @Test(arguments: [2, 3, 4]) func collectivesAddUpAndGather(size: Int) throws {
        let results = try together(size) { ranks -> [[Float]] in
            let own = Tensor([Float(ranks.rank + 1), 10])
            let rows = Tensor((0..<ranks.size * 2).map { Float($0 * (ranks.rank + 1)) }).reshaped([ranks.size, 2])
            let told = Tensor([Float(ranks.rank)])
            try ranks.group.broadcast(told, from: 1)
            #expect(own.floats() == [Float(ranks.rank + 1), 10], "a sum leaves what it adds up as it is")
            return [
                try ranks.group.sum(own).floats(), try ranks.group.greatest(own).floats(),
                try ranks.group.gathered(own).floats(),
                try ranks.group.scatteredSum(rows).floats(), told.floats(),
            ]
        }
        let all = Float(size * (size + 1) / 2)
        for (rank, result) in results.enumerated() {
            #expect(result[0] == [all, Float(10 * size)] && result[1] == [Float(size), 10])
            #expect(result[2] == (0..<size).flatMap { [Float($0 + 1), 10] })
            #expect(result[3] == [Float(2 * rank) * all, Float(2 * rank + 1) * all] && result[4] == [1])
        }
    }

    @Test func bytesAreCountedAsTheFormulaSays() throws {
        let traffic = try together(2) { ranks -> ProcessGroup.Traffic in
            _ = try ranks.group.sum(Tensor.ones([100]))
            _ = try ranks.group.gathered(Tensor.ones([50]))
            _ = try ranks.group.scatteredSum(Tensor.ones([20, 5]))
            return ranks.group.traffic
        }
        for traffic in traffic { #expect(traffic.collectives == 3 && traffic.bytes == 400 + 200 + 200 && traffic.seconds > 0) }
    }

    @Test func partsAreWholeAndInOrder() throws {
        for count in [0, 1, 5, 7, 12] {
            let parts = try together(3) { $0.part(of: count) }
            #expect(parts.flatMap { Array($0) } == Array(0..<count))
            #expect(parts.allSatisfy { $0.count <= Ranks.partLength(of: count, size: 3) })
        }
    }

    @Test func whatDiffersIsNamed() throws {
        let error = #expect(throws: UserError.self) {
            try together(3) { ranks in
                try ranks.agree(on: [("the version", "1"), ("the dataset", ranks.rank == 2 ? "b" : "a")])
            }
        }
        #expect(error?.problem.contains("the dataset of rank 2") == true && error?.problem.contains("not a") == true)
        let parameters = #expect(throws: UserError.self) {
            try together(3) { try $0.checkEqual([.ones([4]), Tensor([$0.rank == 1 ? Float(1.0000001) : 1])]) }
        }
        #expect(parameters?.problem.contains("rank 1 ") == true)
    }

    /// Who waits for one that says nothing hears that it is to stop.
    @Test func waitingForFactsStops() throws {
        let stopped = try together(2) { ranks -> Bool in
            guard ranks.rank == 0 else {
                // It is there until the other has given up.
                return try ranks.group.sum(Tensor.ones([1])).item() == 2
            }
            let stop = StopToken()
            Thread.detachNewThread {
                Thread.sleep(forTimeInterval: 0.2)
                stop.request()
            }
            let start = Date()
            var isStopped = false
            do { try ranks.agree(on: [("the version", "1")], stop: stop) } catch is CancellationError { isStopped = true }
            _ = try ranks.group.sum(Tensor.ones([1]))
            return isStopped && Date().timeIntervalSince(start) < 3
        }
        #expect(stopped == [true, true])
    }

    /// One that lives may take longer than any waits for it elsewhere; one that has failed is not waited for.
    @Test func aMeetingTakesAsLongAsTheSlowest() throws {
        let times = try together(3, timeout: 3) { ranks -> Double in
            let start = Date()
            if ranks.rank == 1 { Thread.sleep(forTimeInterval: 6) }
            try ranks.meet(at: "copies", stop: StopToken())
            _ = try ranks.group.sum(Tensor.ones([1]))
            return Date().timeIntervalSince(start)
        }
        #expect(times.allSatisfy { $0 > 5.9 })
        let said = try together(2, timeout: 3) { ranks -> String in
            do {
                try ranks.together {
                    if ranks.rank == 1 { throw UserError("the disk is full", at: "/somewhere") }
                    try ranks.meet(at: "copies", stop: StopToken())
                }
                return "nothing"
            } catch let error as UserError { return error.problem }
        }
        #expect(said[0].contains("the disk is full"), "\(said[0])")
    }

    @Test func theOthersSayWhyOneFailed() throws {
        let said = try together(3) { ranks -> String in
            do {
                try ranks.together {
                    if ranks.rank == 1 { throw UserError("the disk is full", at: "/somewhere") }
                    _ = try ranks.group.sum(Tensor.ones([2]))
                }
                return "nothing"
            } catch let error as UserError { return error.problem }
        }
        for rank in [0, 2] {
            #expect(said[rank].contains("rank 1, on ") && said[rank].contains("the disk is full"), "\(said[rank])")
        }
    }

    @Test func whoDoesNotComeIsNamed() throws {
        let error = #expect(throws: UserError.self) {
            let place = Rendezvous(rank: 0, size: 2, host: "127.0.0.1", port: freePort(), launcher: "a test")
            _ = try Ranks(place, timeout: 1)
        }
        #expect(error?.problem.contains("rank 1 of 2 has not come") == true, "\(error?.problem ?? "")")
    }

    /// A store of one machine is not for others.
    @Test func aStoreAtTheLoopbackAddressListensThereAlone() throws {
        let store = try SharedStore(host: "127.0.0.1", port: 0, serves: true, timeout: 5)
        #expect(store.port > 0)
        // Another server of the same port at all other addresses finds it free.
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(listener) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(store.port).bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.2")
        let code = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        #expect(code == 0)
        try store.set("a", to: "b")
        let other = try SharedStore(host: "127.0.0.1", port: store.port, serves: false, timeout: 5)
        #expect(try other.value(of: "a", timeout: 1) == "b")
    }

    @Test func aTakenPortIsNamed() throws {
        let port = freePort()
        let holder = try SharedStore(host: "127.0.0.1", port: port, serves: true, timeout: 5)
        let error = #expect(throws: UserError.self) { try SharedStore(host: "127.0.0.1", port: port, serves: true, timeout: 5) }
        #expect(error?.place == "127.0.0.1:\(port)" && error?.remedy?.contains("MASTER_PORT") == true)
        try holder.set("a", to: "b")
        #expect(try holder.value(of: "a", timeout: 1) == "b")
        #expect(try holder.has("c") == false)
    }

    @Test func rankZerosBytesAndTensorsReachAll() throws {
        let found = try together(3) { ranks -> ([UInt8], [Float]) in
            let tensor = Tensor([Float(ranks.rank), 2])
            try ranks.share([tensor, .zeros([0])])
            return (Array(try ranks.shared(Data(ranks.isFirst ? "from the first".utf8 : "".utf8))), tensor.floats())
        }
        for (bytes, tensor) in found {
            #expect(String(decoding: bytes, as: UTF8.self) == "from the first" && tensor == [0, 2])
        }
    }
}
