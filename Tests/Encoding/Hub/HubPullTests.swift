import Files
import Foundation
import TestSupport
import Testing

@testable import Hub

@Suite struct HubPullTests {
    private let wanted = ["added_tokens.json", "config.json", "model.safetensors", "vocab.txt"]

    private func withHub(
        names: [String] = [], fault: @escaping FakeHub.Fault = { _, _ in nil },
        storeFault: @escaping FakeHub.Fault = { _, _ in nil },
        _ body: (FakeHub, URL) throws -> Void
    ) throws {
        let hub = FakeHub(names: names, fault: fault, storeFault: storeFault)
        defer { hub.stop() }
        try withTemporaryFolder { try body(hub, $0) }
    }

    private func check(_ summary: HubClient.Summary) throws {
        #expect(summary.files == wanted)
        for name in summary.files {
            #expect(try Array(Data(contentsOf: summary.folder.appending(path: name))) == FakeHub.files[name])
        }
    }

    private func names(_ folder: URL) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    }

    @Test func fetchesWhatAnEncoderNeedsIntoTheHubsLayout() throws {
        try withHub { hub, folder in
            var last: WorkProgress?
            let summary = try hub.client(folder).pull("org/model", progress: { last = $0 })
            try check(summary)
            let bytes = wanted.reduce(0) { $0 + FakeHub.files[$1]!.count }
            #expect(summary.fetchedBytes == bytes && last?.done == bytes && last?.total == bytes)
            let model = folder.appending(path: "models--org--model")
            #expect(try names(model) == ["blobs", "refs", "snapshots"])
            #expect(try names(model.appending(path: "blobs")) == wanted.map(FakeHub.hash).sorted())
            #expect(try String(contentsOf: model.appending(path: "refs/main"), encoding: .utf8) == FakeHub.commit)
            let link = summary.folder.appending(path: "model.safetensors").path
            #expect(
                try FileManager.default.destinationOfSymbolicLink(atPath: link)
                    == "../../blobs/" + FakeHub.hash(of: "model.safetensors"))
            #expect(try HubCache(folder).directory(of: "org/model").path == summary.folder.path)
            let model0 = try #require(HubCache(folder).models().first)
            #expect(model0.repository.description == "org/model" && model0.bytes == bytes)
            #expect(model0.revisions == ["main": FakeHub.commit] && model0.commits == [FakeHub.commit])
        }
    }

    @Test func whatIsThereIsNotFetchedAgain() throws {
        try withHub { hub, folder in
            _ = try hub.client(folder).pull("org/model")
            let before = hub.hub.requests.count
            let again = try hub.client(folder).pull("org/model")
            try check(again)
            #expect(again.fetchedBytes == 0 && hub.hub.requests.count == before + 1)
            // Without its link, a blob that is there is linked again.
            try FileManager.default.removeItem(at: again.folder)
            let linked = try hub.client(folder).pull("org/model", revision: "v1.0")
            try check(linked)
            #expect(linked.fetchedBytes == 0 && hub.store.requests.count == 1)
        }
    }

    @Test func filesInFoldersAreFetchedWhenAskedFor() throws {
        try withHub { hub, folder in
            let summary = try hub.client(folder).pull("org/model", files: ["onnx/*", "conf?g.json"])
            #expect(summary.files == ["config.json", "onnx/model.onnx"])
            #expect(try Array(Data(contentsOf: summary.folder.appending(path: "onnx/model.onnx"))) == [1, 2, 3])
        }
    }

    @Test func theTokenIsNotToldToTheServerOfFiles() throws {
        try withHub { hub, folder in
            try check(hub.client(folder, token: "hf_secret").pull("org/model"))
            #expect(hub.hub.requests.allSatisfy { $0.headers["authorization"] == "Bearer hf_secret" })
            #expect(!hub.store.requests.isEmpty && hub.store.requests.allSatisfy { $0.headers["authorization"] == nil })
        }
    }

    @Test func aCutConnectionIsResumedWhereItEnded() throws {
        let cut: FakeHub.Fault = { request, number in
            var answer = FakeHub.file("model.safetensors", request)
            if number < 3 { answer.cut = 20_000 }
            return answer
        }
        try withHub(storeFault: cut) { hub, folder in
            try check(hub.client(folder).pull("org/model"))
            #expect(hub.store.requests.map { $0.headers["range"] } == [nil, "bytes=20000-", "bytes=40000-"])
        }
    }

    @Test func aMirrorThatSaysNoLengthsIsReadToTheEnd() throws {
        let silent: FakeHub.Fault = { request, _ in
            guard request.method == "HEAD", let name = request.path.split(separator: "/").last.map(String.init) else {
                return nil
            }
            // Some name the plain hash of the bytes, or mark answers that they have packed.
            let tag =
                name == "config.json"
                ? FakeHub.sha1(of: FakeHub.files[name]!)
                : "\"\(FakeHub.hash(of: name))\(name == "vocab.txt" ? "-gzip" : "")\""
            return .init(headers: ["ETag": tag], saysLength: false)
        }
        try withHub(fault: silent) { hub, folder in
            let summary = try hub.client(folder).pull("org/model")
            try check(summary)
            #expect(summary.fetchedBytes == wanted.reduce(0) { $0 + FakeHub.files[$1]!.count })
            #expect(try hub.client(folder).pull("org/model").fetchedBytes == 0)
        }
    }

    @Test(arguments: [true, false]) func aServerThatDoesNotSayWhichPartItSendsIsHeldToTheHash(sendsTheRightOne: Bool) throws {
        let unsaid: FakeHub.Fault = { request, _ in
            var answer = FakeHub.file("model.safetensors", request)
            answer.headers["Content-Range"] = nil
            if !sendsTheRightOne, request.headers["range"] != nil {
                answer.body = Array(FakeHub.weights.prefix(answer.body.count))
            }
            return answer
        }
        try withHub(storeFault: unsaid) { hub, folder in
            var client = hub.client(folder)
            client.pieceBytes = 20_000
            try check(client.pull("org/model"))
            // Wrong parts are fetched again in one piece.
            #expect(hub.store.requests.count == (sendsTheRightOne ? 3 : 4))
        }
    }

    @Test func thePartsThatAnIndexNamesAreFetchedAndNoOthers() throws {
        let parts = ["model-00001-of-00001.safetensors", "model-overlay.safetensors"]
        let index = #"{"weight_map": {"a": "\#(parts[0])", "b": "\#(parts[1])"}}"#
        let files: [String: [UInt8]] = [
            parts[0]: [1, 2], parts[1]: [3], "model-stray.safetensors": [4], "spm.model": [5], "merges.txt": [6],
            "model.safetensors.index.json": Array(index.utf8),
        ]
        let hub = FakeHub(files: files, without: ["model.safetensors"])
        defer { hub.stop() }
        try withTemporaryFolder { folder in
            let summary = try hub.client(folder).pull("org/model")
            let rest = wanted.filter { $0 != "model.safetensors" }
            #expect(summary.files == (rest + parts + ["merges.txt", "model.safetensors.index.json", "spm.model"]).sorted())
            for name in parts { #expect(try Array(Data(contentsOf: summary.folder.appending(path: name))) == files[name]) }
        }
    }

    @Test(arguments: [true, false]) func largeFilesAreFetchedInPieces(knowsRanges: Bool) throws {
        let answer: FakeHub.Fault = { _, _ in knowsRanges ? nil : .init(body: FakeHub.weights) }
        try withHub(storeFault: answer) { hub, folder in
            var client = hub.client(folder)
            client.pieceBytes = 20_000
            let summary = try client.pull("org/model")
            try check(summary)
            let ranges = hub.store.requests.map { $0.headers["range"] }
            #expect(ranges == (knowsRanges ? ["bytes=0-19999", "bytes=20000-39999", "bytes=40000-"] : ["bytes=0-19999"]))
        }
    }

    @Test func aServerThatIgnoresRangesSendsTheWhole() throws {
        let cut: FakeHub.Fault = { _, number in
            .init(body: FakeHub.weights, cut: number == 1 ? 20_000 : nil)
        }
        try withHub(storeFault: cut) { hub, folder in
            try check(hub.client(folder).pull("org/model"))
            #expect(hub.store.requests.count == 2)
        }
    }

    @Test(arguments: [10, 50_000, 70_000]) func aPartOfAnEarlierPullIsUsedWhereItCan(count: Int) throws {
        try withHub { hub, folder in
            let blobs = folder.appending(path: "models--org--model/blobs")
            try Folder.make(blobs)
            let part = Array((FakeHub.weights + FakeHub.weights).prefix(count))
            try Data(part).write(to: blobs.appending(path: FakeHub.hash(of: "model.safetensors") + ".incomplete"))
            try check(hub.client(folder).pull("org/model"))
            #expect(
                hub.store.requests.map { $0.headers["range"] } == (count == 10 ? ["bytes=10-"] : count == 50_000 ? [] : [nil]))
        }
    }

    @Test(arguments: [true, false]) func wrongBytesAreFetchedOnceMore(stayWrong: Bool) throws {
        let wrong: FakeHub.Fault = { _, number in
            number == 1 || stayWrong ? .init(body: Array(FakeHub.weights.reversed())) : nil
        }
        try withHub(storeFault: wrong) { hub, folder in
            if stayWrong {
                let error = try #require(throws: UserError.self) { try hub.client(folder).pull("org/model") }
                #expect(error.problem.contains("hash"))
                let blobs = try names(folder.appending(path: "models--org--model/blobs"))
                #expect(!blobs.contains { $0.hasPrefix(FakeHub.hash(of: "model.safetensors")) })
                #expect(throws: UserError.self) { try HubCache(folder).directory(of: "org/model") }
            } else {
                try check(hub.client(folder).pull("org/model"))
            }
            #expect(hub.store.requests.count == 2)
        }
    }

    @Test(arguments: [1, -1]) func aWrongSizeIsAnErrorInTheEnd(more: Int) throws {
        let wrong: FakeHub.Fault = { request, _ in
            request.headers["range"] == nil
                ? .init(body: more > 0 ? FakeHub.weights + [0] : Array(FakeHub.weights.dropLast())) : .init(status: 416)
        }
        try withHub(storeFault: wrong) { hub, folder in
            let error = try #require(throws: UserError.self) { try hub.client(folder).pull("org/model") }
            #expect(error.problem.contains("bytes") || error.problem.contains("part"), "\(error)")
            #expect(hub.store.requests.count == 4)
        }
    }

    @Test func aPullThatIsCancelledStopsAndKeepsItsPart() throws {
        let slow: FakeHub.Fault = { _, _ in .init(body: FakeHub.weights, trickle: 0.002) }
        try withHub(storeFault: slow) { hub, folder in
            let start = Date()
            let stop = StopToken()
            var reports = 0
            func count(_: WorkProgress) {
                if !hub.store.requests.isEmpty { reports += 1 }
                if reports > 2 { stop.request() }
            }
            #expect(throws: CancellationError.self) {
                try hub.client(folder).pull("org/model", progress: count, stop: stop)
            }
            #expect(Date().timeIntervalSince(start) < 5)
            let part = folder.appending(
                path: "models--org--model/blobs/" + FakeHub.hash(of: "model.safetensors") + ".incomplete")
            #expect((HubCache.size(of: part) ?? 0) > 0)
        }
    }

    @Test func twoPullsOfAModelDoNotMix() throws {
        try withHub { hub, folder in
            let place = try HubCache(folder).open(HubRepository("org/model"))
            #expect { try hub.client(folder).pull("org/model") } throws: { "\($0)".contains("another process") }
            withExtendedLifetime(place) {}
        }
    }

    @Test func offlineOnlyTheCacheIsUsed() throws {
        try withHub { hub, folder in
            let settings = HubSettings(environment: [
                "HF_HUB_CACHE": folder.path, "HF_HUB_OFFLINE": "1", "HF_ENDPOINT": hub.hub.address,
            ])
            let offline = HubClient(settings: settings)
            #expect { try offline.pull("org/model") } throws: { "\($0)".contains("HF_HUB_OFFLINE") }
            _ = try hub.client(folder).pull("org/model")
            let before = hub.hub.requests.count
            try check(offline.pull("org/model"))
            #expect(hub.hub.requests.count == before)
        }
    }
}
