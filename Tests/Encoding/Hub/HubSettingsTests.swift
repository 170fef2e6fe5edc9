import Foundation
import TestSupport
import Testing

@testable import Hub

@Suite struct HubSettingsTests {
    @Test func foldersFollowTheEnvironment() {
        func cache(_ environment: [String: String]) -> String { HubSettings(environment: environment).cache.path }
        #expect(cache(["HOME": "/home/a"]) == "/home/a/.cache/huggingface/hub")
        #expect(cache(["HOME": "/home/a", "XDG_CACHE_HOME": "/caches"]) == "/caches/huggingface/hub")
        #expect(cache(["HOME": "/home/a", "HF_HOME": "/hf"]) == "/hf/hub")
        #expect(cache(["HOME": "/home/a", "HF_HOME": "~/hf"]) == "/home/a/hf/hub")
        #expect(cache(["HF_HOME": "/hf", "HF_HUB_CACHE": "/models"]) == "/models")
    }

    @Test func theTokenMayLieInAFile() throws {
        try withTemporaryFolder { folder in
            #expect(HubSettings(environment: ["HF_HOME": folder.path]).token == nil)
            try Data(" hf_written\n".utf8).write(to: folder.appending(path: "token"))
            #expect(HubSettings(environment: ["HF_HOME": folder.path]).token == "hf_written")
            #expect(HubSettings(environment: ["HF_HOME": folder.path, "HF_TOKEN": "hf_named"]).token == "hf_named")
        }
    }

    @Test(arguments: [("1", true), ("true", true), ("0", false), ("", false)]) func offline(value: String, isOffline: Bool) {
        #expect(HubSettings(environment: ["HF_HUB_OFFLINE": value]).isOffline == isOffline)
    }

    @Test(arguments: [
        ("*", "a.json", true), ("*", "a/b", false), ("a/*", "a/b", true), ("*.safetensors", "x.safetensors", true),
        ("model-*-of-*.safetensors", "model-00001-of-00002.safetensors", true),
        ("model-*-of-*.safetensors", "model.safetensors", false),
        ("v?.txt", "v1.txt", true), ("v?.txt", "v/.txt", false), ("", "", true), ("", "a", false), ("a", "", false),
        ("a**b", "ab", true),
        ("*a*", "bab", true), ("*/a", "b/a", true), ("*b", "aab", true), ("*ab", "aaab", true),
    ]) func patterns(pattern: String, name: String, matches: Bool) { #expect(HubPattern(pattern).matches(name) == matches) }

    @Test func hostilePatternsTakeNoTime() {
        let pattern = HubPattern(String(repeating: "a*", count: 200) + "b")
        #expect(!pattern.matches(String(repeating: "a", count: 5000)))
    }

    @Test func foldersAreNamedLikePythonNamesThem() throws {
        #expect(try HubRepository("org/model-1.0_x").folderName == "models--org--model-1.0_x")
        #expect(try HubRepository("bert-base-uncased").folderName == "models--bert-base-uncased")
        #expect(HubRepository(folderName: "models--org--model")?.description == "org/model")
        #expect(HubRepository(folderName: "datasets--org--data") == nil)
    }
}
