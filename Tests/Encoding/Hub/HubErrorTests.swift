import Files
import Foundation
import TestSupport
import Testing

@testable import Hub

@Suite struct HubErrorTests {
    /// The error of a pull from a hub with a fault, and how often the hub was asked.
    private func error(
        _ name: String = "org/model", names: [String] = [], fault: @escaping FakeHub.Fault = { _, _ in nil }
    ) throws -> (error: UserError, requests: Int) {
        let hub = FakeHub(names: names, fault: fault)
        defer { hub.stop() }
        return try withTemporaryFolder { folder in
            let cache = folder.appending(path: "cache")
            let error = try #require(throws: UserError.self) { try hub.client(cache).pull(name) }
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).allSatisfy { $0 == "cache" })
            return (error, hub.hub.requests.count)
        }
    }

    @Test(arguments: [
        (401, "GatedRepo", "gated", "HF_TOKEN"), (403, "GatedRepo", "gated", "Ask for access"), (403, "", "gated", "HF_TOKEN"),
        (401, "RepoNotFound", "no such repository", "HF_TOKEN"), (404, "RepoNotFound", "no such repository", "name"),
        (404, "RevisionNotFound", "revision", "revision"), (418, "", "418", "HF_ENDPOINT"),
    ]) func whatDoesNotPassIsNotTriedAgain(status: Int, code: String, problem: String, remedy: String) throws {
        let (error, requests) = try error { _, _ in .init(status: status, headers: ["X-Error-Code": code]) }
        #expect(error.problem.contains(problem) && (error.remedy ?? "").contains(remedy) && requests == 1, "\(error)")
    }

    @Test(arguments: [429, 500, 503]) func whatMayPassIsTriedAFewTimes(status: Int) throws {
        let (error, requests) = try error { _, _ in .init(status: status, headers: ["Retry-After": "0"]) }
        #expect(error.problem.contains("\(status)") && requests == 4)
    }

    @Test func busyHubsAreAskedAgain() throws {
        let hub = FakeHub(fault: { _, number in number == 1 ? .init(status: 429, headers: ["Retry-After": "0"]) : nil })
        defer { hub.stop() }
        try withTemporaryFolder { folder in
            let summary = try hub.client(folder).pull("org/model")
            #expect(summary.files.count == 4)
        }
    }

    @Test func aServerThatFallsSilentCountsAsGoneAndASlowOneDoesNot() throws {
        for (trickle, count) in [(0.1, 20), (30.0, 1)] {
            let hub = FakeHub(fault: { request, _ in
                guard request.path.hasPrefix("/api") else { return nil }
                return .init(body: [UInt8](repeating: 0x20, count: count), trickle: trickle)
            })
            defer { hub.stop() }
            try withTemporaryFolder { folder in
                var client = hub.client(folder, retries: 0)
                client.serverPatience = 1
                let error = try #require(throws: UserError.self) { try client.pull("org/model") }
                #expect(error.problem.contains(count == 1 ? "could not fetch" : "list of files"), "\(error)")
            }
        }
    }

    @Test func aHubThatIsNotThereIsAnError() throws {
        let hub = FakeHub()
        hub.stop()
        Thread.sleep(forTimeInterval: 0.05)
        try withTemporaryFolder { folder in
            let error = try #require(throws: UserError.self) { try hub.client(folder, retries: 1).pull("org/model") }
            #expect(error.remedy?.contains("HF_ENDPOINT") == true, "\(error)")
        }
    }

    @Test(arguments: [
        "../../evil.safetensors", "/etc/passwd", "a/../../b", "a//b", "..", "a\\..\\b", "a\u{0}b", "",
        "sample_" + String(repeating: "x", count: 260) + ".txt",
    ])
    func namesThatNoFileHereCanHaveAreLeftOutByName(name: String) throws {
        let hub = FakeHub(names: [name])
        defer { hub.stop() }
        try withTemporaryFolder { folder in
            let summary = try hub.client(folder.appending(path: "cache")).pull("org/model")
            #expect(summary.oddNames == [name] && summary.files.count == 4)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["cache"])
            // Nor by a pattern that would match it.
            #expect(throws: UserError.self) { try hub.client(folder).pull("org/model", files: [name]) }
        }
    }

    @Test(arguments: ["../../../evil", "", "0123", "\"", String(repeating: "G", count: 40)])
    func hashesThatAreNoneAreRefused(hash: String) throws {
        let (error, _) = try error { request, _ in
            request.method == "HEAD" ? .init(headers: ["ETag": "\"\(hash)\"", "Content-Length": "3"]) : nil
        }
        #expect(error.problem.contains("hash"))
    }

    @Test(arguments: ["", "-1", "99999999999999999999", "x"]) func sizesThatAreNoneAreRefused(size: String) throws {
        let (error, _) = try error { request, _ in
            guard request.method == "HEAD" else { return nil }
            return .init(
                status: 302,
                headers: [
                    "X-Linked-Etag": String(repeating: "a", count: 64), "X-Linked-Size": size,
                    "Location": "http://127.0.0.1:9/x",
                ])
        }
        #expect(error.problem.contains("size"))
    }

    @Test func moreThanTheDiskHoldsIsRefusedBefore() throws {
        let (error, _) = try error { request, _ in
            guard request.method == "HEAD" else { return nil }
            return .init(
                status: 302,
                headers: [
                    "X-Linked-Etag": String(repeating: "a", count: 64), "X-Linked-Size": "1000000000000000000",
                    "Location": "http://127.0.0.1:9/x",
                ])
        }
        #expect(error.problem.contains("free on this disk"))
    }

    @Test(arguments: ["file:///etc/passwd", "ftp://127.0.0.1/x", "/org/model/again", ""])
    func redirectsEnd(location: String) throws {
        let (error, requests) = try error { _, _ in .init(status: 307, headers: ["Location": location]) }
        #expect(error.problem.contains("redirect") && requests <= 9)
    }

    @Test(arguments: ["", "a/b/c", "../b", "a--b/c", "a b", ".a", "org/model?x", "org/../x"]) func otherNamesAreRefused(
        name: String
    ) {
        #expect(throws: UserError.self) { try HubRepository(name) }
        #expect(throws: UserError.self) { try HubCache(URL(filePath: "/nowhere")).directory(of: name) }
    }

    @Test func otherAnswersAreRefused() throws {
        for body in ["", "[]", "<html>", #"{"sha": "main", "siblings": []}"#, #"{"siblings": []}"#] {
            let (error, _) = try error { _, _ in .init(body: Array(body.utf8)) }
            #expect(error.remedy?.contains("HF_ENDPOINT") == true)
        }
    }

    /// What a repository holds in place of safetensors weights, and how it is called.
    @Test(arguments: [
        ("pytorch_model.bin", "a pickle"), ("model-q4_0.gguf", "GGUF"), ("tf_model.h5", "TensorFlow"),
        ("0_Transformer/config.json", "0_Transformer"), ("adapter_config.json", "an adapter"),
        ("open_clip_model.safetensors", "open_clip"), ("consolidated.00.pth", "own form"), ("onnx/model.onnx", "compiled"),
    ]) func repositoriesWithoutWeightsAreRefusedBeforeAnythingIsFetched(name: String, problem: String) throws {
        let others = Set(FakeHub.files.keys).subtracting(["config.json", "vocab.txt"])
        let hub = FakeHub(files: [name: [1]], without: others.subtracting([name]))
        defer { hub.stop() }
        try withTemporaryFolder { folder in
            let error = try #require(throws: UserError.self) { try hub.client(folder).pull("org/model") }
            #expect(error.problem.contains(problem) && error.remedy != nil && error.place == "org/model", "\(error)")
            #expect(hub.hub.requests.count == 1)
        }
    }

    @Test func anIndexThatNamesAPartThatIsNotThereIsRefused() throws {
        let index = #"{"weight_map": {"a": "model-00001-of-00001.safetensors"}}"#
        let hub = FakeHub(files: ["model.safetensors.index.json": Array(index.utf8)], without: ["model.safetensors"])
        defer { hub.stop() }
        try withTemporaryFolder { folder in
            let error = try #require(throws: UserError.self) { try hub.client(folder).pull("org/model") }
            #expect(error.problem.contains("model-00001-of-00001.safetensors"))
            #expect(throws: UserError.self) { try HubCache(folder).directory(of: "org/model") }
        }
    }

    @Test func damagedListsNeverCrash() throws {
        let names = ["config.json", "a/b", "model.safetensors"].map { #"{"rfilename":"\#($0)"}"# }.joined(separator: ",")
        let json = Array(#"{"sha":"\#(FakeHub.commit)","siblings":[\#(names)]}"#.utf8)
        let random = Randoms()
        let hub = FakeHub(fault: { request, _ in
            request.path.hasPrefix("/api") ? .init(body: random.damaged(json)) : .init(status: 404)
        })
        defer { hub.stop() }
        try withTemporaryFolder { folder in
            for _ in 0..<60 {
                #expect(throws: UserError.self) { try hub.client(folder, retries: 0).pull("org/model") }
            }
        }
    }

    /// Random numbers for the server's threads.
    private final class Randoms: @unchecked Sendable {
        private let lock = NSLock()
        private var random = SeededGenerator(seed: 21)

        func damaged(_ bytes: [UInt8]) -> [UInt8] { lock.withLock { TestSupport.damaged(bytes, using: &random) } }
    }
}
