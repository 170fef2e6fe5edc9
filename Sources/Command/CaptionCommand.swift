import ArgumentParser
import Captions
import Foundation
import IISAN

/// `iisan caption`: pictures to texts.
struct CaptionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "caption",
        abstract: "Write a caption of each item's picture; only new and changed pictures are read.",
        discussion: """
            A part of the stage encode, with the section encode.captions; encode.text.source says whether titles, captions or both are \
            encoded. Ctrl-C stops at a safe point, and the same command continues from there to the same file.

            iisan caption config.yaml                                   caption what has no caption yet
            iisan caption config.yaml --sheet captions.html             and a page with all pictures and their captions
            iisan caption config.yaml --videos videos                   caption videos by five frames each
            iisan caption config.yaml --part 3/8                        the third of eight parts, into a file of its own
            iisan caption config.yaml --part auto/8                     the part of this task of an array (see iisan encode catalogue --help)
            iisan caption config.yaml --merge 8                         the eight parts become the file
            iisan caption config.yaml --set encode.captions.prompt="What is sold here?" --anew
            """)

    @OptionGroup var options: ConfigurationOptions

    @Flag(help: "Captions of another model or other settings are replaced.")
    var anew = false

    @Option(
        help: ArgumentHelp("Write a page with the pictures and their captions beside the titles.", valueName: "file.html"),
        completion: .file(extensions: ["html"]))
    var sheet: String?

    @OptionGroup var video: VideoOptions

    @Option(
        help: ArgumentHelp(
            "Caption the pictures of one of n equal parts of the items, as 17/256; auto/256 takes the number from the array task of Slurm or Kubernetes.",
            valueName: "k/n"))
    var part: String?

    @Option(
        help: ArgumentHelp("Check that all n parts are there and belong together, and write them as one file.", valueName: "n"))
    var merge: Int?

    func validate() throws {
        try checkParts(part: part, merge: merge, videos: video.videos)
        if part != nil, sheet != nil { throw ValidationError("--sheet shows all captions: give it with --merge") }
    }

    func run() throws {
        let pipeline = try options.pipeline(Console(stoppable: true))
        try video.read(pipeline, for: .caption)
        let result =
            try merge.map { try pipeline.mergeCaptions(of: $0, startingAnew: anew) }
            ?? pipeline.caption(part: workPart(part), startingAnew: anew)
        if let sheet { try pipeline.writeCaptionSheet(to: URL(filePath: sheet)) }
        try Output.result(result.file.path)
    }
}
