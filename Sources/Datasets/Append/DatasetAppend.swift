package import Files
package import Foundation
import Owned

/// What is added to a dataset, as by a server that has recorded events and taken new items.
package struct DatasetAppend: Sendable {
    /// An item that is new, or in the place of the one with its id.
    package struct Item: Sendable, Equatable {
        /// Its id.
        package var id: String
        /// Its title; nil where it has none.
        package var title: String?
        /// The file of its picture, which is copied into the dataset; nil where it has none.
        package var picture: URL?

        /// Names an item.
        package init(id: String, title: String? = nil, picture: URL? = nil) {
            (self.id, self.title, self.picture) = (id, title, picture)
        }
    }

    /// An interaction.
    package struct Event: Sendable, Equatable {
        /// The user, new or known.
        package var user: String
        /// The item, which is one of the dataset or new.
        package var item: String
        /// When it was, in milliseconds since 1970.
        package var time: Int

        /// Names an interaction.
        package init(user: String, item: String, time: Int) { (self.user, self.item, self.time) = (user, item, time) }
    }

    /// What was done.
    package struct Report: Sendable, Equatable, Codable {
        /// Items that are new.
        package var newItems = 0
        /// Items with another title or picture.
        package var changedItems = 0
        /// Users that are new.
        package var newUsers = 0
        /// Interactions that are new.
        package var interactions = 0
        /// Events that were there already: of the same user, item and time.
        package var known = 0
        /// Events of items that neither the dataset has nor are new; they were left out.
        package var unknownItems = 0
    }

    /// The items, each once.
    package var items: [Item]
    /// The events, in the order in which they came.
    package var events: [Event]

    /// Joins both.
    package init(items: [Item] = [], events: [Event] = []) { (self.items, self.events) = (items, events) }

    /// Puts a new version in the place of a dataset, which has all of the old one; its users and items keep their places.
    ///
    /// Interactions are ordered by time, those of one time as they came; where the dataset knows no times they come last.
    ///
    /// - Parameters:
    ///   - folder: the dataset.
    ///   - note: what is added to the dataset's list of what was appended to it.
    /// - Returns: nothing is written where there is nothing new.
    /// - Throws: ``UserError`` where the dataset's times count no unit since 1970, for pictures that cannot be copied, and when the disk
    ///   fails; `CancellationError`. The old version is then as it was.
    package func run(to folder: URL, note: AppendedPart, stop: StopToken = StopToken()) throws -> Report {
        let place = try OwnedFolder(.dataset, at: folder, for: .replacing)
        let old = try Dataset.open(place.url)
        var appended = try AppendedParts.read(of: place.url)
        var merged = try MergedDataset(old, stop)
        try merged.add(items)
        try merged.add(events, stop)
        var report = merged.report
        report.newUsers = merged.userCount - old.userCount
        appended.all.append(note.with(report))
        let hasNews = report.newItems + report.changedItems + report.interactions > 0
        guard hasNews else {
            try appended.write(to: place.url)
            return report
        }
        try merged.write(over: old, at: place, stop) { partial in
            try appended.write(to: partial)
            // What the import was made of: the dataset is still of the same raw files.
            let inputs = place.url.appending(path: "inputs.sha256")
            if FileManager.default.fileExists(atPath: inputs.path) {
                try AtomicFile.write(Data(contentsOf: inputs), to: partial.appending(path: inputs.lastPathComponent))
            }
        }
        return report
    }
}
