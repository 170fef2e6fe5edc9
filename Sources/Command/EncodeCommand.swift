import ArgumentParser
import Files
import Foundation
import IISAN

/// `iisan encode`: hidden states.
struct EncodeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "encode",
        abstract: "Run the frozen encoders over the catalogue; only new and changed items are computed.",
        discussion: """
            iisan encode config.yaml                 encode what is not in the stores yet
            iisan encode config.yaml --memory 8GB    the same; larger encoders are read block by block
            iisan encode config.yaml --videos DIR    make frames of videos first, into encode.image.frames
            iisan encode config.yaml --verify        check every byte of the stores
            iisan encode config.yaml --part 3/8      the third of eight parts, beside the store
            iisan encode config.yaml --merge 8       the eight parts become the store; nothing is copied
            iisan encode import states.npy ...       take hidden states that another program computed
            iisan encode random states/text ...      random numbers, to measure time and memory with
            """,
        subcommands: [EncodeCatalogueCommand.self, EncodeImportCommand.self, EncodeRandomCommand.self],
        defaultSubcommand: EncodeCatalogueCommand.self)
}

/// `iisan encode CONFIG`: titles and pictures to hidden states.
struct EncodeCatalogueCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "catalogue",
        abstract: "Run the frozen encoders over the catalogue; only new and changed items are computed.",
        discussion: """
            Ctrl-C stops at a safe point, and the same command continues from there.

            Tasks of an array job encode parts of the items, each into a folder beside the store, and one more command puts them together:

            iisan encode config.yaml --part 17/256                      one of 256 tasks
            sbatch --array=1-256 --wrap 'iisan encode config.yaml --part auto/256'
            iisan encode config.yaml --merge 256                        when all have ended

            auto is SLURM_ARRAY_TASK_ID, for an array that is numbered from 1, or JOB_COMPLETION_INDEX + 1 in an Indexed Job of Kubernetes. \
            A task that was stopped or killed is started again as it was; of two tasks with the same part the second is refused.
            """)

    @OptionGroup var options: ConfigurationOptions

    @Flag(help: "Compute nothing: check every byte of the stores against their checksums.")
    var verify = false

    @Option(
        help: ArgumentHelp(
            "Memory to use, as 8GB: a larger encoder is read block by block. Comes before encode.memory.", valueName: "size"))
    var memory: String?

    @OptionGroup var video: VideoOptions

    @Option(
        help: ArgumentHelp(
            "Encode one of n equal parts of the items, as 17/256, into a folder beside the store; auto/256 takes the number from the array task of Slurm or Kubernetes.",
            valueName: "k/n"))
    var part: String?

    @Option(
        help: ArgumentHelp("Check that all n parts are there and belong together, and make them the store.", valueName: "n"))
    var merge: Int?

    func validate() throws {
        try checkParts(part: part, merge: merge, verify: verify, videos: video.videos)
    }

    func run() throws {
        let console = Console(stoppable: true)
        var options = options
        if let memory { options.overrides.append("encode.memory=\(memory)") }
        let pipeline = try options.pipeline(console)
        if verify {
            for folder in try pipeline.verifyStores() {
                try Output.result("\(folder.path): every checksum agrees, every state is finite")
            }
        } else if let merge {
            try pipeline.mergeStates(of: merge)
        } else {
            try video.read(pipeline, for: .encode)
            try pipeline.encode(part: workPart(part))
        }
    }
}

/// Refuses options that ask for several things at once.
func checkParts(part: String?, merge: Int?, verify: Bool = false, videos: String?) throws {
    let given = [("--part", part != nil), ("--merge", merge != nil), ("--verify", verify)].filter(\.1).map(\.0)
    if given.count > 1 { throw ValidationError("\(given.joined(separator: " and ")) are one command each") }
    if part != nil || merge != nil, videos != nil {
        throw ValidationError("--videos makes the frames of all videos: run it once before, without --part and --merge")
    }
}

/// The part that an option names, with the number of the array task where it says so; nil where there is no option.
func workPart(_ option: String?) throws -> WorkPart? {
    try option.map { try WorkPart($0, environment: ProcessInfo.processInfo.environment) }
}

/// Layer numbers as the command takes them: `0,2,4`.
struct LayerList {
    let numbers: [Int]

    init(_ text: String) throws {
        numbers = try text.split(separator: ",").map { part in
            guard let layer = Int(part.trimmingCharacters(in: .whitespaces)) else {
                throw ValidationError("--layers: \"\(part)\" is not a number")
            }
            return layer
        }
    }
}
