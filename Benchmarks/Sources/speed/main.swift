import Datasets
import Evaluation
import Foundation
import Modeling
import Torch
import Training

let arguments = CommandLine.arguments
let dataset = try Dataset.open(URL(fileURLWithPath: arguments[1]))
let steps = Int(arguments[2])!
let bf16 = arguments[3] == "bfloat16"
LibTorch.threads = Int(arguments[4])!
LibTorch.keepFreedMemory()
let split = try Split(dataset)
RandomState.seed(1)
let items = dataset.items.count
let layers = [0, 2, 4, 6, 8, 10, 12]
func states() -> ResidentStates { ResidentStates(Tensor.randomNormal([items, 7, 768]).to(.float16), layers: layers) }
let recommender = try Recommender.make(
    RecommenderOptions(), itemCount: items, text: states(), image: states(), positions: 10, on: .cpu)
let sampler = BatchSampler(split, seed: 1)
let adam = Adam(recommender.groups(heads: 2e-4, sideBlocks: 1e-4, encoders: 1e-4))
var times: [String: [Double]] = [:]
var order: [String] = []
func now() -> Double {
    var t = timespec()
    clock_gettime(arguments.count > 5 ? CLOCK_PROCESS_CPUTIME_ID : CLOCK_MONOTONIC, &t)
    return Double(t.tv_sec) * 1e3 + Double(t.tv_nsec) * 1e-6
}
@MainActor func timed<R>(_ name: String, _ body: () throws -> R) rethrows -> R {
    if times[name] == nil { times[name] = []; order.append(name) }
    let start = now()
    let result = try body()
    times[name, default: []].append(now() - start)
    return result
}
var rows = 0, distinct = 0
for step in 0..<steps {
    try timed("step") {
        let batch = timed("batch") { sampler.batch(epoch: 0, step: step % sampler.stepCount) }
        rows += batch.rowCount
        distinct += batch.items.count
        adam.clearGradients()
        let type: DType? = bf16 ? .bfloat16 : nil
        let items = Tensor(batch.items)
        let vectors = try withAutocast(to: type, on: .cpu) {
            try timed("tower") { try recommender.itemTower.vectors(of: items, training: true) }
        }
        let leaf = vectors.detached()
        leaf.requiresGradient = true
        let places = timed("rows") {
            recommender.userEncoder.rows(users: batch.users, positions: batch.positions, userCount: batch.userCount)
        }
        let outputs = timed("user encoder") {
            recommender.userEncoder(leaf.selecting(Tensor(batch.inputs)), places, training: true)
        }
        let middle = outputs.detached()
        middle.requiresGradient = true
        let leaf2 = vectors.detached()
        leaf2.requiresGradient = true
        let loss = timed("loss") { recommender.plainRowLosses(batch, middle, leaf2).mean() }
        timed("loss backward") { loss.backward() }
        timed("user backward") { (outputs * middle.gradient!).sum().backward() }
        timed("tower backward") { (vectors * (leaf.gradient! + leaf2.gradient!)).sum().backward() }
        timed("adam") { adam.update() }
        if step % 25 == 0 { print(step, loss.item() as Double) }
    }
}
for name in order {
    let sorted = times[name]!.dropFirst(5).sorted()
    print(name, "median", sorted[sorted.count / 2], "min", sorted[0], "mean", sorted.reduce(0, +) / Double(sorted.count))
}
print(
    "steps an epoch", sampler.stepCount, "users", split.trainingUsers.count, "rows", rows / steps, "distinct", distinct / steps)
