import Datasets
import Files
package import Foundation
import Owned
package import Serving

extension Pipeline {
    /// What the lists of all users are to be.
    package struct ListOptions: Sendable {
        /// How many items per user.
        package var top: Int
        /// How they are written down.
        package var form: ListForm
        /// Whether items of the history may be recommended again.
        package var keepingSeen: Bool
        /// Whether the dataset may hold other items than the run was trained on.
        package var newItems: Bool
        /// Which part of the users has its lists made; nil: all. The parts' files one after the other are the file of all.
        package var part: WorkPart?
        /// Users whose lists are made together, and are a step of the file.
        package var batch = 1024

        /// Names them.
        package init(top: Int = 10, form: ListForm = .tsv, keepingSeen: Bool = false, newItems: Bool = false) {
            self.top = top
            self.form = form
            self.keepingSeen = keepingSeen
            self.newItems = newItems
        }
    }

    /// Writes the lists of all users of the dataset, each after its whole history, to a file that can be gone on with.
    ///
    /// - Parameter replacing: whether an older file may be there, which stays until the new one is whole.
    /// - Throws: `CancellationError` when told to stop; what is done is kept beside the file, and the same call continues from there.
    ///   ``UserError`` when the run cannot be opened or the file not be written.
    package func writeLists(_ options: ListOptions, to url: URL, replacing: Bool = false) throws {
        let dataset = try listDataset(options)
        var inputs = StageInputs()
        inputs.add("lists 1 of \(Version.current)")
        inputs.add(try servedInputs(dataset) ?? UUID().uuidString)
        inputs.add(dataset.manifest.contentHash)
        inputs.add("\(options.top) \(options.form.rawValue) \(options.keepingSeen) \(options.newItems) \(options.batch)")
        if let part = options.part { inputs.add(part.fileName) }
        let users = options.part?.range(of: dataset.userCount) ?? 0..<dataset.userCount
        let file = try GrowingFile(url, inputs: inputs.digits, replacing: replacing)
        if file.done > 0 { observer.onMessage("recommend: goes on after \(file.done) of \(users.count) users") }
        do {
            try makeLists(options, dataset, of: users, after: file.done) { try file.append($0, done: $1) }
        } catch let error as CancellationError {
            try file.note()
            throw error
        }
        try file.commit()
    }

    /// Hands out the lists of all users of the dataset, as ``writeLists(_:to:replacing:)`` writes them.
    ///
    /// - Throws: `CancellationError` when told to stop; ``UserError`` when the run cannot be opened; whatever `take` throws.
    package func makeLists(_ options: ListOptions, _ take: ([UInt8]) throws -> Void) throws {
        let dataset = try listDataset(options)
        let users = options.part?.range(of: dataset.userCount) ?? 0..<dataset.userCount
        try makeLists(options, dataset, of: users, after: 0) { bytes, _ in try take(bytes) }
    }

    private func listDataset(_ options: ListOptions) throws -> Dataset {
        guard options.top >= 1 else { throw UserError("\(options.top) items are asked for", remedy: "Ask for at least 1.") }
        return try dataset()
    }

    /// Makes the lists of some users, those left out that were done before; what comes before the first user of all and after the last one
    /// is with these.
    private func makeLists(
        _ options: ListOptions, _ dataset: Dataset, of users: Range<Int>, after before: Int,
        _ take: ([UInt8], _ done: Int) throws -> Void
    ) throws {
        let model = try servedFromFile(newItems: options.newItems)
        let (count, first) = (dataset.userCount, users.lowerBound + before)
        if users.upperBound - first >= options.batch / 4 { try model.prepare() }
        let start = Date()
        for lower in stride(from: first, to: max(users.upperBound, first + 1), by: options.batch) {
            try observer.stop.check()
            let step = lower..<min(lower + options.batch, users.upperBound)
            var bytes: [UInt8] = lower == 0 ? Array(options.form.head("user_id")) : []
            options.form.append(
                try model.lists(of: step, top: options.top, keepingSeen: options.keepingSeen), isFirst: lower == 0, to: &bytes)
            if step.upperBound == count { bytes += options.form.tail(isEmpty: count == 0) }
            let done = step.upperBound - users.lowerBound
            try take(bytes, done)
            observer.onProgress(WorkProgress("recommending", done: done, total: users.count, unit: "users"))
        }
        let seconds = max(1e-3, Date().timeIntervalSince(start))
        let rate = String(format: "%.0f", Double(users.upperBound - first) / seconds)
        observer.onMessage("recommend: \(users.count) users, \(rate) users/s")
    }

    /// The run as its file has it, also where that is made first: numbers that were computed otherwise may differ in their last digit.
    private func servedFromFile(newItems: Bool) throws -> ServedModel {
        let made = try served(newItems: newItems)
        let dataset = made.dataset
        guard !newItems, let kept = try keptCatalogue(dataset) else { return made }
        return ServedModel(kept, dataset: dataset)
    }
}
