package import Files
package import Foundation

/// Frames of video files as pictures, made by the programs `ffprobe` and `ffmpeg`, which are not part of this one.
///
/// Frames lie in the middle of equal parts of the duration. What is known of each video is kept in `videos.json` beside them, so that
/// only new and changed ones are read.
package struct VideoFiles: Sendable {
    /// Where frames go: `ITEM-1.jpg` and so on.
    package let frames: URL
    /// Frames of a video.
    package let count: Int
    private let tools: VideoTools

    /// The programs that are not to be found on the path.
    package static var missingPrograms: [String] { ["ffmpeg", "ffprobe"].filter { VideoTools.find($0) == nil } }

    /// What is known of a video that was read.
    struct Note: Codable, Equatable {
        var size: Int
        var modified: Double
        var frames: Int
        var problem: String?
    }

    /// What reading videos has done.
    package struct Result: Sendable {
        /// Videos that were read now.
        package var read = 0
        /// Videos that were read before and have not changed.
        package var kept = 0
        /// Videos that could not be read: the item and what is wrong.
        package var problems: [(item: String, problem: String)] = []
    }

    /// Finds the programs.
    ///
    /// - Parameters:
    ///   - frames: the folder of the frames; it is made where it is not there.
    ///   - count: frames of a video, 1 to 100.
    /// - Throws: ``UserError`` where `ffmpeg` or `ffprobe` is not to be found on the path, and for a number that cannot be.
    package init(frames: URL, count: Int) throws {
        guard (1...100).contains(count) else {
            throw UserError("\(count) frames of a video, expected 1 to 100", remedy: "Five are usual.")
        }
        (self.frames, self.count) = (frames, count)
        tools = try VideoTools()
    }

    /// Makes the frames of all videos of a folder, whose names are the items' ids.
    ///
    /// - Throws: `CancellationError` when told to stop; ``UserError`` for a folder without videos, and a full disk.
    package func read(_ folder: URL, progress: WorkProgress.Handler? = nil, stop: StopToken = StopToken()) throws -> Result {
        let videos = try Self.videos(in: folder)
        try Folder.make(frames)
        let place = frames.appending(path: "videos.json")
        var notes = (try? JSONFile.read([String: Note].self, from: place)) ?? [:]
        var result = Result()
        var lastNote = Date()
        for (number, video) in videos.enumerated() {
            progress?(WorkProgress("reading videos", done: number, total: videos.count, unit: "videos"))
            try stop.check()
            let item = video.deletingPathExtension().lastPathComponent
            var note = try Self.note(of: video, frames: count)
            let former = notes[item].map { Note(size: $0.size, modified: $0.modified, frames: $0.frames) }
            if former == note, notes[item]?.problem != nil || hasFrames(of: item) {
                result.kept += 1
                note.problem = notes[item]?.problem
            } else {
                note.problem = try frames(of: video, item, stop)
                result.read += 1
                notes[item] = note
            }
            if let problem = note.problem { result.problems.append((item, problem)) }
            guard Date().timeIntervalSince(lastNote) > 3 else { continue }
            try JSONFile.write(notes, to: place)
            lastNote = Date()
        }
        try JSONFile.write(notes, to: place)
        progress?(WorkProgress("reading videos", done: videos.count, total: videos.count, unit: "videos"))
        return result
    }

    /// The files of a folder that are videos by their names.
    private static func videos(in folder: URL) throws -> [URL] {
        let kinds: Set = ["avi", "flv", "m4v", "mkv", "mov", "mp4", "mpeg", "mpg", "ogv", "ts", "webm", "wmv"]
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder.path) else {
            throw UserError("the folder of videos cannot be read", at: folder.path, remedy: "Check the path.")
        }
        let videos = names.sorted().map { folder.appending(path: $0) }.filter { kinds.contains($0.pathExtension.lowercased()) }
        guard !videos.isEmpty else {
            throw UserError(
                "there are no videos here", at: folder.path,
                remedy: "Videos are called by their items' ids, as 7.mp4; read are \(kinds.sorted().joined(separator: ", ")).")
        }
        return videos
    }

    private static func note(of video: URL, frames: Int) throws -> Note {
        let values = try? video.resolvingSymlinksInPath().resourceValues(forKeys: [.fileSizeKey, .contentModificationDateKey])
        return Note(
            size: values?.fileSize ?? 0, modified: values?.contentModificationDate?.timeIntervalSince1970 ?? 0, frames: frames)
    }

    private func place(_ item: String, _ number: Int) -> URL { frames.appending(path: "\(item)-\(number).jpg") }

    private func hasFrames(of item: String) -> Bool {
        (1...count).allSatisfy { FileManager.default.fileExists(atPath: place(item, $0).path) }
    }

    /// Makes a video's frames: all of them, or none and what is wrong with it.
    private func frames(of video: URL, _ item: String, _ stop: StopToken) throws -> String? {
        let work = try FileManager.default.url(
            for: .itemReplacementDirectory, in: .userDomainMask, appropriateFor: frames, create: true)
        defer { try? FileManager.default.removeItem(at: work) }
        let files: [Data]
        do {
            let duration = try tools.duration(of: video, in: work, stop)
            files = try (0..<count).map { number in
                try tools.frame(of: video, at: duration * (Double(number) + 0.5) / Double(count), in: work, stop)
            }
        } catch let problem as VideoTools.Problem {
            for number in 1...count { try? FileManager.default.removeItem(at: place(item, number)) }
            return problem.text
        }
        for (number, data) in files.enumerated() { try AtomicFile.write(data, to: place(item, number + 1)) }
        return nil
    }
}
