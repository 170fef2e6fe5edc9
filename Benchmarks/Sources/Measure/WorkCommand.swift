import ArgumentParser
import Files
import Foundation
import HiddenStates
import Operations

/// `measure work`: what an epoch has to compute at least, and the users of its steps, so that others can do the same ones.
struct WorkCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "work", abstract: "Count the operations of an epoch, and list the users of its steps.")

    @OptionGroup var work: WorkOptions

    @Option(help: "Where the users of the steps are written: a list for each step of places among the kept users.")
    var users: String?

    func run() throws {
        let split = try work.split()
        let sampler = work.sampler(split)
        let shape = BatchShape(sampler)
        let text = try HiddenStateStore.open(URL(filePath: work.text))
        let image = try HiddenStateStore.open(URL(filePath: work.image))
        var model = ModelShape()
        (model.textLayers, model.textWidth) = (text.layers.count, text.width)
        (model.imageLayers, model.imageWidth) = (image.layers.count, image.width)
        if let users {
            try JSONFile.write(
                (0..<sampler.stepCount).map { Array(sampler.users(epoch: 0, step: $0)) }, to: URL(filePath: users))
        }
        try printJSON(
            Work(
                users: split.users.count, items: split.itemCount, interactions: split.trainingInteractions,
                steps: sampler.stepCount, batchSize: work.batchSize, epoch: shape, model: model,
                asWritten: OperationCount(shape, model, heads: .asWritten),
                folded: OperationCount(shape, model, heads: .folded)))
    }

    private struct Work: Encodable {
        let users, items, interactions, steps, batchSize: Int
        let epoch: BatchShape
        let model: ModelShape
        let asWritten, folded: OperationCount
    }
}
