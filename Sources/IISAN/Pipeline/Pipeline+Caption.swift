package import Captions
import Catalogue
import Datasets
import Files
package import Foundation
import Generation
import Pictures
import Report
import Torch

extension Pipeline {
    /// Captions the items' pictures that are new or changed.
    ///
    /// - Parameters:
    ///   - part: which items' pictures, into a file of their own beside that of all; nil: all items.
    ///   - startingAnew: whether captions of another model or other settings are replaced.
    /// - Returns: what was done.
    /// - Throws: `CancellationError` when told to stop, and the same call continues from there; ``UserError`` when the model is missing, not
    ///   supported or larger than the memory, and for a picture that cannot be read (as configured).
    @discardableResult
    package func caption(part: WorkPart? = nil, startingAnew: Bool = false) throws -> CaptionResult {
        let (settings, items) = try captionedItems()
        let frames = try settings.frames.map { try VideoFrames(URL(filePath: $0)) }
        let own = try part.map { items[try range(of: $0, in: items.count)] } ?? items[...]
        let captioned = own.filter { settings.items == .all || !$0.has(.text) }
        let count = captioned.count { $0.with(frames).has(.image) }
        let file = try CaptionFile(URL(filePath: settings.file))
        let note = file.url.appendingPathExtension("inputs")
        func inputs() throws -> StageInputs { try captionInputs(settings, captioned.map { $0.with(frames) }, file) }
        if part == nil, !startingAnew, file.isThere, try inputs().match(note) {
            observer.onMessage("caption: nothing has changed, \(file.url.path) is kept")
            let result = CaptionResult(keeping: try file.lines(), of: file.url)
            reportProblems(of: result)
            return result
        }
        let captioner = try Captioner(encoderDirectory(settings.model), options: captionOptions(settings, startingAnew))
        let pictures = "\(count) \(frames == nil ? "pictures" : "pictures and videos")"
        observer.onMessage("caption: \(part.map { "\($0), " } ?? "")\(pictures), \(captioner.plan)")
        let result = try captioner.caption(
            captioned, into: try part.map(file.part) ?? file, keeping: part == nil ? nil : file,
            progress: observer.onProgress, stop: observer.stop)
        report(result)
        if part == nil { try inputs().write(to: note) }
        return result
    }

    /// What captions are made of, which follows from the files' sizes, times and numbers on the disk: where these are the same, and so is the
    /// file of captions, neither the model's weights nor the pictures have to be read to know that nothing has changed.
    private func captionInputs(_ settings: CaptionSettings, _ items: [CatalogueItem], _ file: CaptionFile) throws -> StageInputs
    {
        var inputs = StageInputs()
        inputs.add("captions of \(Version.current)")
        inputs.add(settings.changes)
        try inputs.add(path: encoderDirectory(settings.model).path, asItself: true)
        inputs.add(ContentHash.of(texts: items.map(\.id)))
        for picture in items.flatMap(\.pictures) {
            do { try inputs.add(path: picture.path, asItself: true) } catch { inputs.add("no picture at \(picture.path)") }
        }
        for made in [file.url, file.manifest] {
            do { try inputs.add(path: made.path, asItself: true) } catch { inputs.add("no file at \(made.path)") }
        }
        return inputs
    }

    /// Puts the captions together that ``caption(part:startingAnew:)`` has made of each part.
    ///
    /// - Parameters:
    ///   - count: how many parts the items were cut into.
    ///   - startingAnew: whether captions of another model or other settings are replaced.
    /// - Returns: what was done.
    /// - Throws: ``UserError`` that names every part that is missing, unfinished, or of other items, another model or other settings.
    package func mergeCaptions(of count: Int, startingAnew: Bool = false) throws -> CaptionResult {
        let (settings, items) = try captionedItems()
        let file = try CaptionFile(URL(filePath: settings.file))
        let captioner = try Captioner(encoderDirectory(settings.model), options: captionOptions(settings, startingAnew))
        let parts = try parts(count).map { part in
            let own = items[try range(of: part, in: items.count)].filter { settings.items == .all || !$0.has(.text) }
            return (part: part, file: try file.part(part), items: Array(own))
        }
        let result = try captioner.merge(parts, into: file)
        observer.onMessage("caption: \(count) parts with \(result.kept) pictures are \(file.url.path)")
        reportProblems(of: result)
        return result
    }

    /// The section of captions, and all items of the dataset, some of which have a picture to be captioned.
    private func captionedItems() throws -> (settings: CaptionSettings, items: [CatalogueItem]) {
        guard let settings = configuration.encode.captions else {
            throw UserError(
                "there is no section encode.captions",
                remedy: "Name a model and a file: encode.captions: {model: ..., file: ...}.")
        }
        try configuration.problems().check()
        let items = try dataset().items.map(CatalogueItem.init)
        let frames = try settings.frames.map { try VideoFrames(URL(filePath: $0)) }
        guard items.contains(where: { (settings.items == .all || !$0.has(.text)) && $0.with(frames).has(.image) }) else {
            throw UserError(
                "no item \(settings.items == .all ? "" : "without a title ")has a picture", at: "encode.captions",
                remedy: "Look at data.import.pictures and whether its names are the items' ids.")
        }
        return (settings, items)
    }

    /// Writes a page with pictures and their captions beside the titles.
    ///
    /// - Throws: ``UserError`` when there are no captions, or the disk fails.
    package func writeCaptionSheet(to url: URL) throws {
        guard let settings = configuration.encode.captions else { return }
        let file = try CaptionFile(URL(filePath: settings.file))
        let lines = try file.lines()
        let items = Dictionary(try dataset().items.map { (Array($0.id.utf8), $0) }) { first, _ in first }
        let entries = try lines.prefix(Self.mostShown).map { line in
            try observer.stop.check()
            let item = items[Array(line.item.utf8)]
            return CaptionSheet.Entry(
                .init(title: item?.title ?? line.item, picture: item?.picture.flatMap(Self.thumbnail)), caption: line.caption,
                problem: line.problem)
        }
        let sheet = CaptionSheet(
            model: try file.identity()?.name ?? "", prompt: settings.prompt, entries: entries,
            others: lines.count - entries.count)
        try Folder.make(url.deletingLastPathComponent())
        try AtomicFile.write(sheet.html, to: url)
    }

    /// Pictures of a page; more would make it too large for a browser.
    private static let mostShown = 600

    /// What writes captions of items that come later: a picture each, which has to be one.
    func laterCaptioner(_ settings: CaptionSettings) throws -> Captioner {
        var options = try captionOptions(settings, false)
        (options.frames, options.damagedPictures, options.batch) = (nil, .fail, 1)
        return try Captioner(encoderDirectory(settings.model), options: options)
    }

    /// What states depend on beside their encoder: which texts it read, and the model that wrote them. Empty for titles.
    func textSource(of settings: ModalitySettings, _ modality: Modality) throws -> String {
        guard settings.encoderModality(of: modality) == .text, settings.source.readsCaptions,
            let captions = configuration.encode.captions
        else { return "" }
        let identity = try CaptionFile(URL(filePath: captions.file)).identity()
        return "+\(settings.source.rawValue)" + (identity.map { "+\($0.digits)" } ?? "")
    }

    private func captionOptions(_ settings: CaptionSettings, _ startingAnew: Bool) throws -> CaptionOptions {
        let device = try device
        var options = CaptionOptions()
        options.prompt = settings.prompt
        options.frames = settings.frames.map { URL(filePath: $0) }
        options.template = try settings.template.map(PromptTemplate.init)
        options.generation.maximumTokens = settings.maximumTokens
        options.generation.temperature = settings.temperature
        options.generation.topP = settings.topP
        options.generation.repetitionPenalty = settings.repetitionPenalty
        options.generation.seed = UInt64(settings.seed)
        options.tiles = settings.tiles
        options.precision = settings.precision
        options.damagedPictures = settings.damaged
        options.batch = settings.batch
        options.startingAnew = startingAnew
        options.device = device
        options.memory = encodingMemory(on: device)
        options.threads = configuration.threads > 0 ? configuration.threads : nil
        return options
    }

    private func report(_ result: CaptionResult) {
        let rate = String(format: "%.1f", Double(result.captioned) / max(result.seconds, 1e-3))
        observer.onMessage(
            result.captioned == 0
                ? "caption: nothing has changed, \(result.file.path) is kept"
                : "caption: \(result.captioned) pictures, \(result.kept) kept from before, \(rate) pictures/s")
        reportProblems(of: result)
    }

    private func reportProblems(of result: CaptionResult) {
        if result.cut > 0 { observer.onMessage("caption: \(result.cut) captions were cut at the most tokens") }
        for (item, problem) in result.problems.prefix(10) {
            observer.onMessage("caption: none of item \(item.quoted): \(problem)")
        }
        if result.problems.count > 10 { observer.onMessage("caption: and \(result.problems.count - 10) more") }
    }

    /// Items with the text that an encoder is to read of them.
    ///
    /// - Throws: ``UserError`` when captions are to be read and there are none, or they are damaged.
    func withTexts(_ items: [CatalogueItem], from source: TextSource) throws -> [CatalogueItem] {
        guard source.readsCaptions else { return items }
        let captions = try captions()
        return items.map { item in
            var item = item
            item.title = source.text(title: item.title, caption: captions[Array(item.id.utf8)])
            return item
        }
    }

    /// The captions by the bytes of the items' ids.
    private func captions() throws -> [[UInt8]: String] {
        // The check of all settings has asked for the section.
        guard let settings = configuration.encode.captions else { return [:] }
        let lines = try CaptionFile(URL(filePath: settings.file)).lines()
        return Dictionary(lines.compactMap { line in line.caption.map { (Array(line.item.utf8), $0) } }) { first, _ in first }
    }
}
