public import Files
import HiddenStates
public import ArgumentParser
import Foundation
import IISAN

/// `iisan encode import`: hidden states that another program computed.
struct EncodeImportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Make a hidden-state store of states that another program computed.",
        discussion: """
            FROM is a .npy or safetensors file of one tensor [items, layers, width] or [items, width], whose rows are those of --ids or \
            of the dataset's items in their order; a safetensors file with a tensor per item; or a folder with a file per item, \
            ITEM.pt or ITEM.npy, as the reference implementation writes them. A .pt file is read as data: nothing in it is run. Items \
            without states are stored as missing.

              iisan encode import states.npy --ids items.txt --dataset dataset --modality text --store states/text
              iisan encode import hidden/ --dataset dataset --modality image --store states/image --layers 0,2,4,6,8,10,12
            """)

    @Argument(help: "The file or folder of states.", completion: .file())
    var from: String

    @Option(help: "The dataset directory.", completion: .directory)
    var dataset: String

    @Option(help: "The store to make.", completion: .directory)
    var store: String

    @Option(help: "What the states are of: text, image, or another name.")
    var modality: Modality

    @Option(help: "A file with the id of each row, one a line.", completion: .file())
    var ids: String?

    @Option(help: "The encoder's layers, in the source's order, as 0,2,4; left out, they are numbered from 0.")
    var layers: String?

    @Option(help: "How token states become, or became, one: first, mean or last.")
    var pooling = StoreIdentity.Pooling.first

    @Option(help: "Stored states: float16, bfloat16 or float32.")
    var dtype = StateType.float16

    @Option(help: "What the encoder is called, for messages.")
    var name = "imported"

    @Flag(help: "Whether a store of something else is replaced.")
    var replace = false

    @OptionGroup var output: OutputOptions

    func run() throws {
        let console = Console(stoppable: true)
        var options = StateImport.Options(name: name, modality: modality, pooling: pooling, dtype: dtype)
        options.startingAnew = replace
        options.layers = try layers.map { try LayerList($0).numbers }
        let source = try StateImport.Source(URL(filePath: from), ids: ids.map { URL(filePath: $0) })
        let items = try Dataset.open(URL(filePath: dataset)).items.map(\.id)
        let summary = try StateImport(source, options: options).run(
            into: URL(filePath: store), items: items, progress: console.observer.onProgress, stop: console.observer.stop)
        if summary.extra > 0 {
            console.observer.onMessage(
                "\(summary.extra) ids are no items of the dataset, as \(summary.extraExamples.joined(separator: ", "))")
        }
        struct Imported: Encodable { let store: String; let present, missing, extra: Int }
        try output.format.print(
            Imported(store: store, present: summary.present, missing: summary.missing, extra: summary.extra),
            text: "\(store): \(summary.present) items with states, \(summary.missing) without")
    }
}

extension Modality: ExpressibleByArgument {}
extension StoreIdentity.Pooling: ExpressibleByArgument {}
extension StateType: ExpressibleByArgument {}
