import Files
import Foundation
import TestSupport
import Testing

@testable import Owned

/// Making, replacing, locking and sweeping folders that are ours.
@Suite struct OwnedFolderTests {
    private func names(_ folder: URL) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    }

    /// Makes a dataset directory of one more file than its mark.
    private func make(_ url: URL, _ text: String, _ purpose: OwnedFolder.Purpose = .replacing) throws {
        try OwnedFolder(.dataset, at: url, for: purpose).create { try fill($0, text) }
    }

    private func fill(_ folder: URL, _ text: String) throws {
        try AtomicFile.write(#"{"formatVersion": 1, "contentHash": "x"}"#, to: folder.appending(path: "dataset.json"))
        try AtomicFile.write(text, to: folder.appending(path: "items.jsonl"))
    }

    private func text(_ url: URL) throws -> String {
        try String(contentsOf: url.appending(path: "items.jsonl"), encoding: .utf8)
    }

    @Test func aFolderAppearsWholeAndGivesWayOnlyWhenAsked() throws {
        struct Stop: Error {}
        try withTemporaryFolder { folder in
            let url = folder.appending(path: "deep/set")
            #expect(throws: Stop.self) {
                try OwnedFolder(.dataset, at: url, for: .making).create { partial in
                    try AtomicFile.write("x", to: partial.appending(path: "a"))
                    throw Stop()
                }
            }
            #expect(try names(folder.appending(path: "deep")).isEmpty)
            try make(url, "1", .making)
            let error = #expect(throws: UserError.self) { try make(url, "2", .making) }
            #expect(error?.problem == "already exists" && error?.remedy?.contains("--replace") == true)
            #expect(throws: Stop.self) { try OwnedFolder(.dataset, at: url, for: .replacing).create { _ in throw Stop() } }
            #expect(try text(url) == "1")
            try make(url, "2")
            #expect(try text(url) == "2" && names(folder.appending(path: "deep")) == ["set"])
        }
    }

    #if os(Linux)
        /// /proc is a mounted file system on every Linux; a container's volume is one too.
        @Test func whereAVolumeIsMountedNothingIsReplaced() throws {
            let error = #expect(throws: UserError.self) { try FolderPlace.checkIsNoVolume(URL(filePath: "/proc")) }
            #expect(error?.problem.contains("volume") == true && error?.remedy?.contains("/proc/") == true)
            for purpose in [OwnedFolder.Purpose.making, .replacing] {
                let error = #expect(throws: UserError.self) {
                    try OwnedFolder.checkContent(.dataset, URL(filePath: "/proc"), purpose)
                }
                #expect(error?.problem.contains("volume") == true)
            }
            try withTemporaryFolder { folder in
                try FolderPlace.checkIsNoVolume(folder)
                try FolderPlace.checkIsNoVolume(folder.appending(path: "not there"))
            }
        }
    #endif

    /// Contents that no writer of a dataset has put there.
    @Test(arguments: ["notes.txt", "log.csv", "pictures/1.jpg", "states/text/manifest.json", "runs/a/run.json", ".git/config"])
    func aFolderThatHoldsSomethingElseIsNotReplaced(_ path: String) throws {
        try withTemporaryFolder { folder in
            let url = folder.appending(path: "set")
            let file = url.appending(path: path)
            try Folder.make(file.deletingLastPathComponent())
            try AtomicFile.write("mine", to: file)
            for purpose in [OwnedFolder.Purpose.making, .replacing, .going] {
                #expect(throws: UserError.self) { try make(url, "1", purpose) }
            }
            // Beside a dataset's own files it is not lost either.
            try fill(url, "1")
            let error = #expect(throws: UserError.self) { try make(url, "2") }
            #expect(error?.problem.contains(String(path.split(separator: "/")[0])) == true, "\(String(describing: error))")
            #expect(try String(contentsOf: file, encoding: .utf8) == "mine" && text(url) == "1")
            #expect(try names(folder) == ["set"])
        }
    }

    @Test func filesAndFoldersOfAnotherKindStay() throws {
        try withTemporaryFolder { folder in
            let file = folder.appending(path: "file")
            try AtomicFile.write("mine", to: file)
            #expect(throws: UserError.self) { try make(file, "1") }
            let set = folder.appending(path: "set")
            try make(set, "1")
            for kind in [FolderKind.world, .store, .run, .study, .hub, .checkpoint] {
                #expect(throws: UserError.self, "\(kind)") { try OwnedFolder(kind, at: set, for: .replacing) }
            }
            // A mark that only looks like one: a web page's manifest.
            let page = folder.appending(path: "page")
            try Folder.make(page)
            try AtomicFile.write(#"{"name": "page", "icons": []}"#, to: page.appending(path: "manifest.json"))
            #expect(throws: UserError.self) { try OwnedFolder(.store, at: page, for: .replacing) }
            // A picture folder with something else in it.
            let world = folder.appending(path: "world")
            try Folder.make(world.appending(path: "pictures"))
            try AtomicFile.write(#"{"options": {}, "attributes": []}"#, to: world.appending(path: "world.json"))
            try AtomicFile.write("", to: world.appending(path: "pictures/1.png"))
            _ = try OwnedFolder(.world, at: world, for: .replacing)
            try AtomicFile.write("", to: world.appending(path: "pictures/holiday.jpg"))
            #expect(throws: UserError.self) { try OwnedFolder(.world, at: world, for: .replacing) }
        }
    }

    @Test func placesThatPeopleStandInAreRefused() throws {
        for path in ["/", NSHomeDirectory(), FileManager.default.currentDirectoryPath, "."] {
            #expect(throws: UserError.self, "\(path)") { try make(URL(filePath: path), "1") }
        }
        #expect(throws: UserError.self) { try FolderPlace.checkApart(outputs: [("run", "")], inputs: []) }
    }

    @Test func whatIsReadAndWrittenIsApart() throws {
        try withTemporaryFolder { folder in
            let at = { (path: String) in folder.appending(path: path).path }
            func isApart(_ outputs: [String], _ inputs: [String]) -> Bool {
                (try? FolderPlace.checkApart(
                    outputs: outputs.map { ($0, at($0)) }, inputs: inputs.map { ($0, at($0)) })) != nil
            }
            try Folder.make(folder.appending(path: "real"))
            try FileManager.default.createSymbolicLink(atPath: at("link"), withDestinationPath: "real")
            #expect(isApart(["set", "run", "states/text", "states/image"], ["raw/log.csv", "raw"]))
            // A name that begins with another is not inside of it.
            #expect(isApart(["set", "set2", "set.run"], ["se"]))
            for (outputs, inputs) in [
                (["set", "set"], []), (["set", "set/run"], []), (["out/run", "out"], []), (["set"], ["set/log.csv"]),
                (["pictures/set"], ["pictures"]), (["set"], ["set"]), (["real", "link/run"], []), (["link"], ["real/log.csv"]),
                (["a/../set/", "set"], []),
            ] { #expect(!isApart(outputs, inputs), "\(outputs) \(inputs)") }
            #expect(throws: UserError.self) {
                try OwnedFolder(.dataset, at: folder.appending(path: "d"), for: .making, apart: [folder.appending(path: "d/x")])
            }
        }
    }

    @Test func nothingIsPutIntoAFolderThatIsReplacedAsAWhole() throws {
        try withTemporaryFolder { folder in
            try make(folder.appending(path: "set"), "1")
            for path in ["set/states", "set/deep/er/run"] {
                let error = #expect(throws: UserError.self) {
                    try OwnedFolder(.store, at: folder.appending(path: path), for: .replacing)
                }
                #expect(error?.problem.contains("lies in") == true)
            }
            #expect(try names(folder.appending(path: "set")) == ["dataset.json", "items.jsonl"])
        }
    }

    @Test(arguments: ["a b", "line\nbreak", "données 日本 👩‍👩‍👧", "\"quoted\"", "-x", "%41", String(repeating: "n", count: 250)])
    func anyNameIsAName(_ name: String) throws {
        try withTemporaryFolder { folder in
            let url = folder.appending(path: name)
            try make(url, "1")
            try make(url, "2")
            #expect(try text(url) == "2" && names(folder) == [name])
        }
    }

    @Test func aLinkIsFilledAtItsTargetAndStays() throws {
        try withTemporaryFolder { folder in
            let files = FileManager.default
            try Folder.make(folder.appending(path: "elsewhere/full"))
            for (link, target) in [("set", "elsewhere/full"), ("later", "elsewhere/new"), ("again", "set")] {
                try files.createSymbolicLink(atPath: folder.appending(path: link).path, withDestinationPath: target)
            }
            for (number, link) in ["set", "later", "again", "set"].enumerated() {
                try make(folder.appending(path: link), "\(number)")
                #expect(try text(folder.appending(path: link)) == "\(number)")
            }
            for link in ["set", "later", "again"] {
                #expect((try? files.destinationOfSymbolicLink(atPath: folder.appending(path: link).path)) != nil, "\(link)")
            }
            #expect(try text(folder.appending(path: "elsewhere/full")) == "3")
            #expect(try names(folder.appending(path: "elsewhere")) == ["full", "new"])
            // Two names of one folder have one lock.
            let held = try OwnedFolder(.dataset, at: folder.appending(path: "set"), for: .replacing)
            #expect(throws: UserError.self) { try make(folder.appending(path: "elsewhere/full"), "4") }
            withExtendedLifetime(held) {}
            try files.createSymbolicLink(atPath: folder.appending(path: "round").path, withDestinationPath: "round")
            let error = #expect(throws: UserError.self) { try make(folder.appending(path: "round"), "5") }
            #expect(error?.problem.contains("loop") == true)
        }
    }

    @Test func runsAreSetAsideByNumberAndNoneIsLost() throws {
        try withTemporaryFolder { folder in
            let url = folder.appending(path: "run")
            // One that an older build has kept.
            try Folder.make(folder.appending(path: "run.previous"))
            for number in 1...4 {
                try OwnedFolder(.run, at: url, for: .going).create {
                    try AtomicFile.write(#"{"kind": "run"}"#, to: $0.appending(path: "run.json"))
                    try AtomicFile.write("\(number)", to: $0.appending(path: "number"))
                }
                #expect(try OwnedFolder(.run, at: url, for: .going).setAside().lastPathComponent == "run.previous-\(number)")
                if number == 2 { try FileManager.default.removeItem(at: folder.appending(path: "run.previous-1")) }
            }
            #expect(try names(folder) == ["run.previous", "run.previous-2", "run.previous-3", "run.previous-4"])
            let kept = folder.appending(path: "run.previous-3/number")
            #expect(try String(contentsOf: kept, encoding: .utf8) == "3")
        }
    }
}
