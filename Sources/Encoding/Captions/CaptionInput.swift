import Catalogue
import Files
import Foundation
import Pictures

/// The pictures of items and what is known of them before they are captioned.
struct CaptionInput {
    /// The picture of an item, or the frames of its video.
    struct Entry: Sendable {
        let item: String
        let pictures: [URL]
        /// A SHA-256 of the file, of several files of all of them; empty where one could not be read.
        let hash: String
        /// Why it could not be read.
        let problem: String?
    }

    /// What is left to be done.
    struct Work {
        /// Places of pictures to be captioned.
        var places: [Int] = []
        /// For every entry the line that is kept; nil where it is made.
        var kept: [CaptionFile.Line?] = []

        /// Parts of the work, each with the entries whose lines can be written after it.
        func steps(of count: Int) -> [Step] {
            let parts = max(1, (places.count + count - 1) / count)
            return (0..<parts).map { part in
                let own = Array(places[(part * count)..<min((part + 1) * count, places.count)])
                let first = part == 0 ? 0 : places[part * count - 1] + 1
                let end = part == parts - 1 ? kept.count : own[own.count - 1] + 1
                return Step(places: own, entries: first..<end, before: part * count)
            }
        }
    }

    /// Some pictures that are captioned together, and the entries whose lines can be written then.
    struct Step {
        let places: [Int]
        let entries: Range<Int>
        /// Pictures that were captioned before.
        let before: Int
    }

    /// All pictures, in the items' order.
    let entries: [Entry]

    /// Reads the files of all pictures for their hashes.
    ///
    init(
        _ items: [CatalogueItem], threads: Int, damaged: EncodingOptions.DamagedPictures, _ progress: WorkProgress.Handler?,
        _ stop: StopToken
    ) throws {
        let pictures = items.filter { $0.has(.image) }
        var entries: [Entry] = []
        entries.reserveCapacity(pictures.count)
        for start in stride(from: 0, to: pictures.count, by: 1024) {
            try stop.check()
            let end = min(start + 1024, pictures.count)
            entries += ParallelWork.map(count: end - start, threads: threads) { index in
                let item = pictures[start + index]
                let hash = Result { try item.pictureHash() }
                let problem: String? =
                    if case .failure(let error) = hash { (error as? UserError)?.problem ?? "\(error)" } else { nil }
                return Entry(item: item.id, pictures: item.pictures, hash: (try? hash.get()) ?? "", problem: problem)
            }
            progress?(WorkProgress("reading pictures", done: end, total: pictures.count, unit: "pictures"))
        }
        if damaged == .fail, let wrong = entries.first(where: { $0.problem != nil }) {
            throw Self.unusable(wrong, wrong.problem ?? "")
        }
        self.entries = entries
    }

    /// What is left where some lines are there; a picture that another item had before keeps its caption too.
    func work(without former: [CaptionFile.Line]) -> Work {
        let known = Dictionary(former.map { ("\($0.item)\u{0}\($0.picture)", $0) }) { first, _ in first }
        let texts = Dictionary(former.filter { $0.caption != nil }.map { ($0.picture, $0) }) { first, _ in first }
        var work = Work()
        for (place, entry) in entries.enumerated() {
            var line = entry.hash.isEmpty ? nil : known["\(entry.item)\u{0}\(entry.hash)"] ?? texts[entry.hash]
            line?.item = entry.item
            work.kept.append(line)
            if line == nil, entry.problem == nil { work.places.append(place) }
        }
        return work
    }

    /// The lines of some entries.
    ///
    /// - Parameter captions: those of the step's pictures.
    func lines(_ step: Step, _ captions: [Caption], _ work: Work) -> [CaptionFile.Line] {
        let made = Dictionary(zip(step.places, captions)) { first, _ in first }
        return step.entries.map { place in
            if let line = work.kept[place] { return line }
            var line = CaptionFile.Line(item: entries[place].item, picture: entries[place].hash)
            let caption = made[place]
            (line.caption, line.problem) = (caption?.text, entries[place].problem ?? caption?.problem)
            line.isCut = caption?.isCut == true ? true : nil
            return line
        }
    }

    /// The error of a picture that may not be skipped.
    static func unusable(_ entry: Entry, _ problem: String) -> UserError {
        UserError(
            "the picture of item \(entry.item.quoted) cannot be used: \(problem)", at: entry.pictures.first?.path,
            remedy: "Repair or remove the picture, or let damaged pictures be skipped (encode.captions.damaged: skip).")
    }
}
