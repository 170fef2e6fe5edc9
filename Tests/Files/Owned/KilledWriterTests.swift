import Files
import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Owned

/// What writers that were killed leave, and two writers at once.
@Suite struct KilledWriterTests {
    private func names(_ folder: URL) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    }

    private func fill(_ folder: URL, _ text: String) throws {
        try Folder.make(folder)
        try AtomicFile.write(#"{"formatVersion": 1, "contentHash": "x"}"#, to: folder.appending(path: "dataset.json"))
        try AtomicFile.write(text, to: folder.appending(path: "items.jsonl"))
    }

    private func text(_ url: URL) throws -> String {
        try String(contentsOf: url.appending(path: "items.jsonl"), encoding: .utf8)
    }

    @Test(arguments: [true, false]) func theNewFolderIsInPlaceAndNothingElse(_ exchanging: Bool) throws {
        try withTemporaryFolder { folder in
            let url = folder.appending(path: "set")
            try fill(url, "old")
            let place = try OwnedFolder(.dataset, at: url, for: .replacing)
            let finished = folder.appending(path: ".set.1-2.partial")
            try fill(finished, "new")
            try place.put(finished, exchanging: exchanging)
            #expect(try text(url) == "new" && names(folder) == [".set.lock", "set"])
        }
    }

    /// Every state that a kill can leave, with an exchange and without: what is there afterwards.
    @Test(
        arguments: [
            (place: "old", partial: "half", old: nil, expected: "old"),  // while filling
            (place: "old", partial: nil, old: nil, expected: "old"),
            (place: nil, partial: "new", old: "old", expected: "old"),  // between two renames
            (place: "new", partial: "old", old: nil, expected: "new"),  // after an exchange
            (place: "new", partial: nil, old: "old", expected: "new"),  // while removing
            (place: nil, partial: "half", old: nil, expected: nil),
        ] as [(place: String?, partial: String?, old: String?, expected: String?)])
    func aKillLosesNothingAndLeavesNothing(
        _ state: (place: String?, partial: String?, old: String?, expected: String?)
    ) throws {
        try withTemporaryFolder { folder in
            let url = folder.appending(path: "set")
            // The number of the process may be anyone's by now, also a living one's.
            for (name, text) in [
                ("set", state.place), (".set.1-77.partial", state.partial), (".set.\(getpid())-78.old", state.old),
            ] {
                if let text { try fill(folder.appending(path: name), text) }
            }
            try AtomicFile.write("{", to: folder.appending(path: ".set.lock"))
            try fill(folder.appending(path: ".set2.1-79.partial"), "of another")
            OwnedFolder.recover(.dataset, at: url)
            // Who only reads finds it already.
            #expect((try? text(url)) == state.expected)
            _ = try OwnedFolder(.dataset, at: url, for: .going)
            #expect((try? text(url)) == state.expected)
            #expect(try names(folder) == [".set2.1-79.partial"] + (state.expected == nil ? [] : ["set"]))
        }
    }

    @Test func ofSeveralOldFoldersTheNewestIsPutBack() throws {
        try withTemporaryFolder { folder in
            try fill(folder.appending(path: ".set.1-1.old"), "older")
            Thread.sleep(forTimeInterval: 1.1)
            try fill(folder.appending(path: ".set.2-2.old"), "newer")
            _ = try OwnedFolder(.dataset, at: folder.appending(path: "set"), for: .replacing)
            #expect(try text(folder.appending(path: "set")) == "newer" && names(folder) == ["set"])
        }
    }

    @Test func halfWrittenFilesOfAFolderGoWhenItIsOpened() throws {
        try withTemporaryFolder { folder in
            let url = folder.appending(path: "set")
            try fill(url, "1")
            try AtomicFile.write("half", to: url.appending(path: ".items.jsonl.5-6.partial"))
            try AtomicFile.write("mine", to: url.appending(path: ".partial"))
            let error = #expect(throws: UserError.self) { try OwnedFolder(.dataset, at: url, for: .replacing) }
            #expect(error?.problem.contains(".partial") == true)
            _ = try OwnedFolder(.dataset, at: url, for: .going)
            #expect(try names(url) == [".partial", "dataset.json", "items.jsonl"])
        }
    }

    @Test func aSecondWriterIsToldWhoWrites() throws {
        try withTemporaryFolder { folder in
            let url = folder.appending(path: "set")
            do {
                let held = try OwnedFolder(.dataset, at: url, for: .making)
                let error = #expect(throws: UserError.self) { try OwnedFolder(.dataset, at: url, for: .making) }
                let problem = error?.problem ?? ""
                #expect(
                    problem.contains("another process is writing here: process \(getpid()) on ") && problem.contains(" since "))
                // Sweeping is the holder's: who was refused has removed nothing.
                try held.create { partial in
                    #expect(throws: UserError.self) { try OwnedFolder(.dataset, at: url, for: .making) }
                    try fill(partial, "1")
                }
            }
            #expect(try names(folder) == ["set"])
            // A lock's file that a killed process has left locks nobody out.
            try AtomicFile.write(#"{"pid": 1}"#, to: folder.appending(path: ".set.lock"))
            _ = try OwnedFolder(.dataset, at: url, for: .going)
            #expect(try names(folder) == ["set"])
        }
    }

    @Test func neverTwoHoldALockThoughItsFileComesAndGoes() throws {
        try withTemporaryFolder { folder in
            let file = folder.appending(path: ".set.lock")
            let holders = Atomic(0)
            let taken = Atomic(0)
            let mixed = Atomic(0)
            DispatchQueue.concurrentPerform(iterations: 8) { _ in
                var own = 0
                while own < 25 {
                    guard let lock = try? FolderLock(file, of: folder) else {
                        usleep(100)
                        continue
                    }
                    own += 1
                    if holders.wrappingAdd(1, ordering: .sequentiallyConsistent).newValue != 1 {
                        mixed.wrappingAdd(1, ordering: .relaxed)
                    }
                    taken.wrappingAdd(1, ordering: .relaxed)
                    holders.wrappingSubtract(1, ordering: .sequentiallyConsistent)
                    withExtendedLifetime(lock) {}
                }
            }
            #expect(mixed.load(ordering: .relaxed) == 0 && taken.load(ordering: .relaxed) == 8 * 25)
            let left = try names(folder)
            #expect(left.isEmpty)
        }
    }

    @Test func runsOfOlderBuildsAreRuns() throws {
        try withTemporaryFolder { folder in
            let run = folder.appending(path: "run")
            try Folder.make(run)
            try AtomicFile.write("# mine", to: run.appending(path: "config.yaml"))
            #expect(!FolderKind.run.isMarked(run))
            try AtomicFile.write(#"{"iisan": "0.1.0", "libtorch": "2.13.0"}"#, to: run.appending(path: "environment.json"))
            #expect(FolderKind.run.isMarked(run))
            try AtomicFile.write(#"{"kind": "jog"}"#, to: run.appending(path: "run.json"))
            try FileManager.default.removeItem(at: run.appending(path: "environment.json"))
            #expect(!FolderKind.run.isMarked(run))
            try AtomicFile.write(#"{"kind": "run"}"#, to: run.appending(path: "run.json"))
            #expect(FolderKind.run.isMarked(run))
        }
    }
}
