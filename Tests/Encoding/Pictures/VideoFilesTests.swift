import Files
import Foundation
import TestSupport
import Testing

@testable import Pictures

/// Frames of real videos, where `ffmpeg` is there.
@Suite(.oneAtATime) struct VideoFilesTests {
    static let isThere = VideoFiles.missingPrograms.isEmpty

    /// A video of some seconds whose picture turns from red to blue after a share of them.
    private static func make(_ video: URL, seconds: Int) throws {
        let process = Process()
        process.executableURL = VideoTools.find("ffmpeg")
        process.arguments = [
            "-nostdin", "-v", "error", "-f", "lavfi", "-i", "color=red:size=64x48:rate=10:duration=\(seconds)", "-f", "lavfi",
            "-i",
            "color=blue:size=64x48:rate=10:duration=\(seconds)", "-filter_complex", "[0][1]concat=n=2", "-y", video.path,
        ]
        try process.run()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0)
    }

    @Test(.enabled(if: isThere, "ffmpeg is not there"))
    func framesAreSpreadOverTheDuration() throws {
        try withTemporaryFolder { folder in
            let (videos, frames) = (folder.appending(path: "the videos"), folder.appending(path: "100% frames"))
            try FileManager.default.createDirectory(at: videos, withIntermediateDirectories: true)
            try Self.make(videos.appending(path: "-a %d.mp4"), seconds: 2)
            try Self.make(videos.appending(path: "b.mkv"), seconds: 1)
            try Data("no video".utf8).write(to: videos.appending(path: "c.mp4"))
            try Data().write(to: videos.appending(path: "notes.txt"))
            let files = try VideoFiles(frames: frames, count: 4)
            let result = try files.read(videos)
            #expect(result.read == 3 && result.kept == 0)
            #expect(result.problems.map(\.item) == ["c"])
            let found = try VideoFrames(frames)
            #expect(found.count == 2)
            let pictures = try #require(found.files(of: "-a %d")).map { try Picture(file: $0) }
            #expect(pictures.map { $0.pixels[0] > 128 } == [true, true, false, false])
            #expect(pictures.allSatisfy { $0.width == 64 && $0.height == 48 })
            // Nothing is read twice, but for what has changed.
            #expect(try files.read(videos).kept == 3)
            try FileManager.default.removeItem(at: videos.appending(path: "c.mp4"))
            try Self.make(videos.appending(path: "c.mp4"), seconds: 1)
            let again = try files.read(videos)
            #expect(again.read == 1 && again.problems.isEmpty)
            #expect(try VideoFiles(frames: frames, count: 2).read(videos).read == 3)
        }
    }

    @Test(.enabled(if: isThere, "ffmpeg is not there"))
    func playlistsReadNothingElse() throws {
        try withTemporaryFolder { folder in
            let videos = folder.appending(path: "videos")
            try FileManager.default.createDirectory(at: videos, withIntermediateDirectories: true)
            let list = "#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\nhttp://127.0.0.1:9/secret.ts\n#EXT-X-ENDLIST\n"
            try Data(list.utf8).write(to: videos.appending(path: "x.mp4"))
            let result = try VideoFiles(frames: folder.appending(path: "frames"), count: 1).read(videos)
            #expect(result.problems.map(\.item) == ["x"])
        }
    }

    @Test func foldersWithoutVideosAreNamed() throws {
        try withTemporaryFolder { folder in
            guard Self.isThere else {
                #expect(throws: UserError.self) { try VideoFiles(frames: folder, count: 5) }
                return
            }
            #expect(throws: UserError.self) { try VideoFiles(frames: folder, count: 0) }
            let files = try VideoFiles(frames: folder.appending(path: "frames"), count: 5)
            let error = #expect(throws: UserError.self) { try files.read(folder) }
            #expect(error?.description.contains("no videos here") == true)
        }
    }
}

/// Folders of frames, made by us or by others.
@Suite struct VideoFrameTests {
    @Test func framesAreFoundByItemAndInOrder() throws {
        try withTemporaryFolder { folder in
            for name in ["a-2.jpg", "a-10.png", "a-1.JPG", "a-b-1.webp", "b.jpg", "-1.jpg", "c-x.jpg", "a-3.txt"] {
                try Data().write(to: folder.appending(path: name))
            }
            let frames = try VideoFrames(folder)
            #expect(frames.count == 2)
            #expect(frames.files(of: "a")?.map(\.lastPathComponent) == ["a-1.JPG", "a-2.jpg", "a-10.png"])
            #expect(frames.files(of: "a-b")?.count == 1 && frames.files(of: "b") == nil)
            #expect(throws: UserError.self) { try VideoFrames(folder.appending(path: "none")) }
        }
    }
}
