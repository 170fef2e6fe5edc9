import Files
import Foundation
import HiddenStates
import IISAN
import TestSupport
import Testing

@testable import Pictures

/// States of pictures as means over frames of videos, from the command line.
@Suite(.serialized) struct FrameTests {
    private static let hasPrograms = VideoFiles.missingPrograms.isEmpty

    /// A shop whose first two items have two frames each, the third one; the fourth one's is broken.
    private func shop(_ folder: URL) throws -> [String] {
        _ = try SmallShop(folder)
        let imported = try CommandLine.run(
            [
                "data", "import", "dataset", "--form", "iisan", "--interactions", "world/users.tsv", "--items",
                "world/items.tsv", "--pictures", "world/pictures",
            ], in: folder)
        try #require(imported.code == 0, "\(imported.errors)")
        let items = try Dataset.open(folder.appending(path: "dataset")).items
        let frames = folder.appending(path: "frames")
        try FileManager.default.createDirectory(at: frames, withIntermediateDirectories: true)
        for (item, frame, source) in [(0, 1, 10), (0, 2, 11), (1, 1, 11), (1, 2, 10), (2, 1, 2)] {
            try FileManager.default.copyItem(
                at: #require(items[source].picture), to: frames.appending(path: "\(items[item].id)-\(frame).png"))
        }
        try AtomicFile.write("no picture", to: frames.appending(path: "\(items[3].id)-1.jpg"))
        return items.map(\.id)
    }

    private let frames = ["--set", "encode.image.frames=frames"]
    private let skipping = ["--set", "encode.image.damaged=skip"]

    @Test func aRunTakesTheMeansOfFrames() throws {
        try withTemporaryFolder { folder in
            let ids = try shop(folder)
            let store = folder.appending(path: "states/image")
            let plain = try CommandLine.run(
                ["encode", "config.yaml", "--set", "encode.dtype=float32"] + skipping, in: folder)
            try #require(plain.code == 0, "\(plain.errors)")
            let pictures = try HiddenStateStore.open(store)
            let rows = [2, 4, 10, 11].map { pictures.row($0) }

            // Another identity: the store of pictures is not taken for one of frames.
            let mixed = try CommandLine.run(
                ["encode", "config.yaml", "--set", "encode.dtype=float32"] + frames + skipping, in: folder)
            #expect(mixed.code == 1 && mixed.errors.contains("preprocessing.frames"), "\(mixed.errors)")
            try FileManager.default.removeItem(at: store)
            let run = ["run", "config.yaml", "--set", "data.import=", "--set", "encode.dtype=float32"] + frames
            let strict = try CommandLine.run(run, in: folder)
            #expect(strict.code == 1 && strict.errors.contains("\(ids[3])-1.jpg"), "\(strict.errors)")
            let done = try CommandLine.run(run + skipping, in: folder)
            try #require(done.code == 0, "\(done.errors)")
            #expect(done.output.contains("HR@10") && done.errors.contains("\(ids[3])-1.jpg"))
            let videos = try HiddenStateStore.open(store)
            #expect(videos.isPresent(0) && !videos.isPresent(3))
            for (place, value) in videos.row(0).enumerated() {
                #expect(abs(value - (rows[2][place] + rows[3][place]) / 2) < 1e-4)
            }
            for (row, plain) in [(2, rows[0]), (4, rows[1])] {
                for (a, b) in zip(videos.row(row), plain) { #expect(abs(a - b) < 1e-4) }
            }
            let again = try CommandLine.run(run + skipping, in: folder)
            #expect(again.errors.contains("encode image: nothing has changed"))
            // An item that comes later has a picture.
            let similar = try CommandLine.run(
                ["similar", "runs/iisan", "--title", "New", "--picture", "world/pictures/\(ids[5]).png"], in: folder)
            #expect(similar.code == 0, "\(similar.errors)")
            // Whoever ranks with changed pictures changes the frames.
            try AtomicFile.write(
                "study: robustness\nfolder: robustness\nrun: runs/iisan\nchanges: [pictures-missing]\nrates: [1]\n",
                to: folder.appending(path: "robustness.yaml"))
            let robust = try CommandLine.run(["robustness", "robustness.yaml"], in: folder)
            #expect(robust.code == 0, "\(robust.errors)")
            // Training takes the store as it is, and says so.
            let other = try CommandLine.run(
                ["train", "config.yaml", "--set", "encode.dtype=float32", "--set", "train.run=runs/other"], in: folder)
            #expect(other.code == 0 && other.errors.contains("states of frames (here of pictures)"), "\(other.errors)")
            // One frame fewer: that item alone is encoded again.
            let frame = folder.appending(path: "frames/\(ids[1])-2.png")
            try FileManager.default.removeItem(at: frame)
            let fewer = try CommandLine.run(
                ["encode", "config.yaml", "--set", "encode.dtype=float32"] + frames + skipping, in: folder)
            #expect(fewer.errors.contains("encode image: 1 items"), "\(fewer.errors)")
        }
    }

    @Test func whatCannotBeIsSaidBeforeWork() throws {
        try withTemporaryFolder { folder in
            _ = try shop(folder)
            let cases: [([String], [String])] = [
                (
                    ["run", "config.yaml", "--set", "train.cached=false"] + frames,
                    ["encode.image.frames", "train.cached: true"]
                ),
                (["train", "config.yaml", "--set", "train.method=lora"] + frames, ["encode.image.frames", "one picture"]),
                (["encode", "config.yaml", "--set", "encode.text.frames=frames"], ["encode.text.frames", "pictures"]),
                (["encode", "config.yaml", "--set", "encode.image.frames=nowhere"], ["encode.image.frames", "nowhere"]),
                (["encode", "config.yaml", "--videos", "frames"], ["encode.image.frames", "no folder"]),
            ]
            for (arguments, words) in cases {
                let outcome = try CommandLine.run(arguments, in: folder)
                #expect(outcome.code == 1)
                for word in words { #expect(outcome.errors.contains(word), "\(arguments): \(outcome.errors)") }
                #expect(!FileManager.default.fileExists(atPath: folder.appending(path: "states").path))
            }
        }
    }

    @Test(.enabled(if: hasPrograms, "ffmpeg is not there")) func videosBecomeFramesAndStates() throws {
        try withTemporaryFolder { folder in
            let ids = try shop(folder)
            let videos = folder.appending(path: "videos")
            try FileManager.default.createDirectory(at: videos, withIntermediateDirectories: true)
            for (id, color) in [(ids[0], "red"), (ids[1], "blue")] {
                let process = Process()
                process.executableURL = VideoTools.find("ffmpeg")
                process.arguments = [
                    "-nostdin", "-v", "error", "-f", "lavfi", "-i", "color=\(color):size=64x48:rate=10:duration=2", "-y",
                    videos.appending(path: "\(id).mp4").path,
                ]
                try process.run()
                process.waitUntilExit()
                try #require(process.terminationStatus == 0)
            }
            try AtomicFile.write("no video", to: videos.appending(path: "\(ids[2]).mp4"))
            let arguments = [
                "encode", "config.yaml", "--videos", "videos", "--set", "encode.image.frames=made", "--frames", "2",
            ]
            let strict = try CommandLine.run(arguments, in: folder)
            #expect(strict.code == 1 && strict.errors.contains("the video of item \"\(ids[2])\""), "\(strict.errors)")
            let done = try CommandLine.run(arguments + skipping, in: folder)
            #expect(done.code == 0, "\(done.errors)")
            #expect(done.errors.contains("encode: frames of 0 videos, 3 kept from before"), "\(done.errors)")
            #expect(done.errors.contains("no frames of the video of item \"\(ids[2])\""))
            let store = try HiddenStateStore.open(folder.appending(path: "states/image"))
            // A broken video leaves the item its picture.
            #expect(store.isPresent(0) && store.isPresent(2) && store.row(0) != store.row(1))
        }
    }
}
