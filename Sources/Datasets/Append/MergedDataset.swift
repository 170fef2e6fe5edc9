import Files
import Foundation
import Owned

/// A dataset and what is added to it, while its new version is made.
struct MergedDataset {
    private(set) var report = DatasetAppend.Report()
    private let order: HistoryOrder
    private var items: [DatasetContents.Item]
    private var itemIDs = IDTable()
    private var userIDs = IDTable()
    private let list = InteractionList()
    /// The old interactions, and the new ones so far, by user, item and time.
    private let old: Dataset
    private var added: Set<Added> = []
    private var pictures: DatasetPictures

    private struct Added: Hashable {
        var user: Int
        var item: Int32
        var time: Int64
    }

    /// Takes over a dataset.
    init(_ dataset: Dataset, _ stop: StopToken) throws {
        old = dataset
        // Datasets of older builds do not say; their times are what they are compared by.
        order = dataset.manifest.ordering ?? HistoryOrder(dataset.manifest.hasTimestamps ? .time : .given)
        pictures = DatasetPictures(of: dataset)
        items = dataset.items.map { DatasetContents.Item(id: $0.id, title: $0.title, picturePath: $0.picturePath) }
        for item in items { _ = itemIDs.insert(item.id) }
        for user in 0..<dataset.userCount {
            if user & 0xFFFF == 0 { try stop.check() }
            _ = userIDs.insert(dataset.userID(user))
            for index in dataset.histories.range(of: user) {
                list.append(
                    Interaction(
                        user: Int32(user), item: dataset.histories.items[index],
                        timestamp: dataset.histories.timestamps?[index] ?? 0))
            }
        }
    }

    var userCount: Int { userIDs.count }

    /// Adds items, or puts them in the place of those with their ids.
    mutating func add(_ new: [DatasetAppend.Item]) throws {
        for item in new {
            guard !item.id.isEmpty else { throw UserError("an item has an empty id") }
            let (index, isNew) = itemIDs.insert(item.id)
            let path = try item.picture.map(DatasetPictures.path(of:))
            defer { if let path, let file = item.picture, items[index].picturePath == path { pictures.add(path, file) } }
            if isNew {
                items.append(DatasetContents.Item(id: item.id, title: item.title, picturePath: path))
                report.newItems += 1
            } else {
                let before = items[index]
                let isSame = try before.title == item.title && pictures.isSame(before.picturePath, as: path)
                if isSame { continue }
                items[index] = DatasetContents.Item(id: item.id, title: item.title, picturePath: path)
                report.changedItems += 1
            }
        }
    }

    /// Adds events that are not there yet.
    mutating func add(_ events: [DatasetAppend.Event], _ stop: StopToken) throws {
        let times = try timeFactor()
        // Without times in the dataset they come last, in their own order.
        let ordered =
            times != nil
            ? events : events.enumerated().sorted { ($0.element.time, $0.offset) < ($1.element.time, $1.offset) }.map(\.element)
        for (count, event) in ordered.enumerated() {
            if count & 0xFFF == 0 { try stop.check() }
            guard let item = index(of: event.item) else {
                report.unknownItems += 1
                continue
            }
            guard !event.user.isEmpty else { throw UserError("an event has an empty user") }
            let time = try times.map { try Self.converted(event.time, by: $0) } ?? 0
            let (user, _) = userIDs.insert(event.user)
            if times != nil {
                guard !isKnown(user, item, time), added.insert(Added(user: user, item: item, time: time)).inserted else {
                    report.known += 1
                    continue
                }
            }
            guard list.count < InteractionList.capacity else {
                throw UserError("more than \(InteractionList.capacity) interactions", at: old.folder.path)
            }
            list.append(Interaction(user: Int32(user), item: item, timestamp: time))
            report.interactions += 1
        }
    }

    private func index(of id: String) -> Int32? {
        var id = id
        return id.withUTF8 { itemIDs.index(of: UnsafeRawBufferPointer($0)) }.map(Int32.init)
    }

    private func isKnown(_ user: Int, _ item: Int32, _ time: Int64) -> Bool {
        guard user < old.userCount, let timestamps = old.histories.timestamps else { return false }
        return old.histories.range(of: user).contains { timestamps[$0] == time && old.histories.items[$0] == item }
    }

    /// What a second is in the dataset's times; nil where it has none.
    private func timeFactor() throws -> (perSecond: Int64, factor: Int64)? {
        guard order.basis == .time else { return nil }
        guard let perSecond = order.unit?.perSecond else {
            throw UserError(
                "the dataset's times count no unit since 1970, so that events cannot be ordered among them",
                at: old.folder.path,
                remedy: "Import it with times in seconds or milliseconds since 1970, or as dates.")
        }
        return (perSecond, order.factor ?? 1)
    }

    /// Milliseconds as the dataset has times.
    private static func converted(_ milliseconds: Int, by unit: (perSecond: Int64, factor: Int64)) throws -> Int64 {
        let (units, isTooLarge) = Int64(milliseconds).multipliedReportingOverflow(by: unit.perSecond)
        let (time, isStill) = (units / 1000).multipliedReportingOverflow(by: unit.factor)
        guard !isTooLarge, !isStill else { throw UserError("the time \(milliseconds) is too large") }
        return time
    }

    /// Writes the new version over the old one.
    func write(over old: Dataset, at place: OwnedFolder, _ stop: StopToken, _ completing: (URL) throws -> Void) throws {
        let offsets = try list.group(users: userIDs.count, stop)
        let items = items.map { item in
            var item = item
            item.picturePath = item.picturePath.map(pictures.path)
            return item
        }
        _ = try DatasetWriter(
            name: old.manifest.name, source: old.manifest.source, items: items, itemIDs: itemIDs,
            pictures: pictures.root(in: place.url), userIDs: userIDs, users: (0..<userIDs.count).map(Int32.init),
            offsets: offsets, interactions: list, order: order, stop: stop
        ).write(to: place) { partial in
            try pictures.write(to: partial)
            try completing(partial)
        }
    }
}
