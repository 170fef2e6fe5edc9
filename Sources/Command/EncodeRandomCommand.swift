import HiddenStates
import ArgumentParser
import Foundation
import IISAN

/// `iisan encode random`: a store of random numbers, to measure with.
struct EncodeRandomCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "random",
        abstract: "Make a hidden-state store of random numbers, to measure time and memory without an encoder.",
        discussion: """
            The numbers follow from the seed and the items' ids. With --zeros the states are holes in the files: a store of any size \
            takes no space on the disk, and is read, checked and trained on like any other.

              iisan encode random states/text --dataset dataset --modality text
              iisan encode random states/image --dataset dataset --modality image --layers 0,6,12 --width 1024 --dtype bfloat16
              iisan encode random states/large --dataset large --modality text --zeros
            """)

    @Argument(help: "The store to make.", completion: .directory)
    var store: String

    @Option(help: "The dataset directory.", completion: .directory)
    var dataset: String

    @Option(help: "What the states represent: text, image, or another name.")
    var modality: Modality

    @Option(help: "The layers that are kept.")
    var layers = "0,2,4,6,8,10,12"

    @Option(help: "Values per layer.")
    var width = 768

    @Option(help: "Stored states: float16, bfloat16 or float32.")
    var dtype = StateType.float16

    @Option(help: "The seed of the numbers.")
    var seed: UInt64 = 1

    @Flag(help: "Zeros instead of random numbers.")
    var zeros = false

    @Flag(help: "Whether a store of something else is replaced.")
    var replace = false

    @OptionGroup var output: OutputOptions

    func run() throws {
        let console = Console(stoppable: true)
        let states = RandomStates(
            modality: modality, layers: try LayerList(layers).numbers, width: width, dtype: dtype, seed: zeros ? nil : seed,
            startingAnew: replace)
        let items = try Dataset.open(URL(filePath: dataset)).items.map(\.id)
        let made = try states.write(
            to: URL(filePath: store), items: items, progress: console.observer.onProgress,
            stop: console.observer.stop)
        struct Made: Encodable { let store: String; let items, bytes: Int }
        let bytes = made.itemCount * made.bytesPerItem
        try output.format.print(
            Made(store: store, items: made.itemCount, bytes: bytes),
            text: "\(store): \(made.itemCount) items, \(zeros ? "zeros" : "random numbers"), \(bytes) bytes of states")
    }
}
