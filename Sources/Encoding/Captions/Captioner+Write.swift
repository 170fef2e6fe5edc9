public import Catalogue
public import Files
public import Foundation
import Generation
import Owned
import Pictures
import Torch

extension Captioner {
    /// Captions the pictures of items: only those that are new or changed since the file was made.
    ///
    /// Equal pictures get one caption. A killed or stopped call loses some seconds of work at most; the same call goes on, and the file
    /// is then the same as without the stop.
    ///
    /// - Parameters:
    ///   - items: those whose pictures are captioned, in the order of the lines; items without a picture get no line.
    ///   - url: the file, `captions.jsonl`.
    ///   - progress: is called with pictures.
    ///   - stop: looked at between tokens.
    /// - Returns: what was done.
    /// - Throws: `CancellationError` when told to stop; ``UserError`` for captions of another model or other settings, a picture that may
    ///   not be skipped, and a full disk.
    public func caption(
        _ items: [CatalogueItem], into url: URL, progress: WorkProgress.Handler? = nil, stop: StopToken = StopToken()
    ) throws -> CaptionResult {
        try caption(items, into: CaptionFile(url), keeping: nil, progress: progress, stop: stop)
    }

    /// Captions the pictures of items, as ``caption(_:into:progress:stop:)``.
    ///
    /// - Parameter other: a file whose captions of the same make are kept too; nil: none.
    package func caption(
        _ items: [CatalogueItem], into file: CaptionFile, keeping other: CaptionFile?, progress: WorkProgress.Handler?,
        stop: StopToken
    ) throws -> CaptionResult {
        let start = ContinuousClock.now
        let url = file.url
        let own = try open(file)
        let former = try own + (other.map { try lines(of: $0) } ?? [])
        let frames = try options.frames.map(VideoFrames.init)
        let pictures = try CaptionInput(
            items.map { $0.with(frames) }, threads: threads.count, damaged: options.damagedPictures, progress, stop)
        let work = pictures.work(without: former)
        var result = CaptionResult(file: url, captioned: 0, kept: work.kept.count { $0 != nil })
        let steps = work.steps(of: options.stepSize)
        if work.places.isEmpty, file.isThere, own == pictures.lines(steps[0], [], work) {
            result.take(own, seconds: 0)
            return result
        }
        let growing = try GrowingFile(url, inputs: hash(pictures, work), replacing: true)
        let before = growing.done
        let decoding = TileStream(
            steps.dropFirst(growing.done).map { $0.places.map { pictures.entries[$0] } }, processor, threads: threads)
        defer { decoding.stop() }
        do {
            for (number, step) in steps.enumerated().dropFirst(growing.done) {
                progress?(WorkProgress("captioning", done: step.before, total: work.places.count, unit: "pictures"))
                try stop.check()
                let written = step.places.isEmpty ? [] : try captions(of: decoding.next(), stop: stop)
                try identify(file)
                try growing.append(CaptionFile.bytes(of: pictures.lines(step, written, work)), done: number + 1)
            }
        } catch {
            try? growing.note()
            throw error
        }
        try growing.commit()
        progress?(WorkProgress("captioning", done: work.places.count, total: work.places.count, unit: "pictures"))
        result.captioned = steps.dropFirst(before).reduce(0) { $0 + $1.places.count }
        result.kept += steps.prefix(before).reduce(0) { $0 + $1.places.count }
        result.take(try file.lines(), seconds: (ContinuousClock.now - start) / .seconds(1))
        return result
    }

    /// The caption of an item's picture; nil for an item without one, and where the model writes nothing of it.
    ///
    /// - Throws: `CancellationError` when told to stop; ``UserError`` for a picture that cannot be read, and memory that runs out.
    package func caption(of item: CatalogueItem, stop: StopToken = StopToken()) throws -> String? {
        let input = try CaptionInput([item], threads: 1, damaged: .fail, nil, stop)
        guard !input.entries.isEmpty else { return nil }
        let decoding = TileStream([input.entries], processor, threads: threads)
        defer { decoding.stop() }
        return try captions(of: decoding.next(), stop: stop)[0].text
    }

    /// What differs from what captions were made with, in words.
    package func differences(from other: CaptionIdentity) -> [String] { identity.differences(from: other) }

    /// Writes the manifest before the first line, so that no line is without what it was made with.
    func identify(_ file: CaptionFile) throws {
        if try file.identity() == nil { try JSONFile.write(identity, to: file.manifest) }
    }

    /// Which threads read pictures.
    var threads: InputThreads { InputThreads(options.threads, device: options.device) }

    /// The lines of another file, which is only read.
    private func lines(of other: CaptionFile) throws -> [CaptionFile.Line] {
        if options.startingAnew, try other.identity().map({ !$0.isSame(as: identity) }) ?? true { return [] }
        return try open(other)
    }

    /// The lines that are there and may be kept.
    func open(_ file: CaptionFile) throws -> [CaptionFile.Line] {
        let former = try file.identity()
        if options.startingAnew, former.map({ !$0.isSame(as: identity) }) ?? file.isThere {
            for url in [file.url, file.manifest] { unlink(url.path) }
        } else if let former, !former.isSame(as: identity) {
            throw UserError(
                "the captions were made with another \(identity.differences(from: former).joined(separator: ", "))",
                at: file.manifest.path, remedy: "Give --anew to make all of them again, or name another file.")
        } else if former == nil, file.isThere {
            throw UserError(
                "there are captions without a manifest, which says what they were made with", at: file.url.path,
                remedy: "Give --anew to make all of them again, or name another file.")
        }
        return file.isThere ? try file.lines() : []
    }

    /// A hash of all that the lines follow from.
    private func hash(_ pictures: CaptionInput, _ work: CaptionInput.Work) -> String {
        let made = "\(identity) \(options.stepSize) \(plan.batch) \(work.places)"
        return ContentHash.of(texts: [made] + pictures.entries.flatMap { [$0.item, $0.hash] })
    }
}

/// What captioning has done.
public struct CaptionResult: Sendable {
    /// The file of captions.
    public let file: URL
    /// How many pictures were captioned now.
    package var captioned: Int
    /// How many captions were kept from before.
    package var kept: Int
    /// How many captions there are.
    public private(set) var captions = 0
    /// Pictures that could not be used: the item's id and what is wrong.
    public private(set) var problems: [(item: String, problem: String)] = []
    /// Captions that were cut at the most tokens.
    package private(set) var cut = 0
    /// Seconds it took.
    package private(set) var seconds = 0.0

    /// What is said of captions that are all kept.
    package init(keeping lines: [CaptionFile.Line], of file: URL) {
        self.init(file: file, captioned: 0, kept: lines.count)
        take(lines, seconds: 0)
    }

    init(file: URL, captioned: Int, kept: Int) { (self.file, self.captioned, self.kept) = (file, captioned, kept) }

    mutating func take(_ lines: [CaptionFile.Line], seconds: Double) {
        captions = lines.count { $0.caption != nil }
        problems = lines.compactMap { line in line.problem.map { (line.item, $0) } }
        cut = lines.count { $0.isCut == true }
        self.seconds = seconds
    }
}
