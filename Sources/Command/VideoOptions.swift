import ArgumentParser
import Foundation
import IISAN

/// Videos whose frames are made first, for captions and for hidden states.
struct VideoOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Make frames of the videos in a folder first, through the program ffmpeg, into the folder that the setting frames names.",
            valueName: "folder"), completion: .directory)
    var videos: String?

    @Option(help: "Frames of each video, spread over its duration.")
    var frames = 5

    func read(_ pipeline: Pipeline, for reader: Pipeline.VideoReader) throws {
        if let videos { try pipeline.readVideos(in: URL(filePath: videos), frames: frames, for: reader) }
    }
}
