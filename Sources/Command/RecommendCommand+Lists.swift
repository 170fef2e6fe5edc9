import Files
import Foundation
import IISAN
import Serving

extension RecommendCommand {
    /// Lines that are answered together.
    private static let batch = 256
    /// Lines that are named at the end where they could not be answered.
    private static let namedAtMost = 5

    /// Answers the histories of a file, or of standard input where its name is `-`, in batches as they come.
    ///
    /// - Throws: ``UserError`` at the end where a line could not be answered, and as soon as nothing can be.
    func answerLines(of name: String) throws {
        let observer = Console(stoppable: true).observer
        let pipeline = try Pipeline(run: URL(filePath: folder), observer: observer)
        guard top >= 1 else { throw UserError("\(top) items are asked for", remedy: "Ask for at least 1.") }
        // Before the run is opened: a file that is not there is told at once.
        let read = try lines(of: name, observer.stop)
        let model = try pipeline.served(newItems: newItems)
        var printer = ListPrinter(format ?? .text)
        var count = 0
        var (failed, named): (Int, [String]) = (0, [])
        var (withUnknown, unknown): (Int, String?) = (0, nil)
        while true {
            try observer.stop.check()
            let lines = try read()
            if lines.isEmpty { break }
            // From here on many are asked.
            if count < Self.batch, count + lines.count >= Self.batch { try model.prepare() }
            let answers = model.answers(to: lines, first: count + 1, top: top, keepingSeen: keepSeen)
            count += lines.count
            for (place, answer) in answers.enumerated() {
                if let id = answer.ignored.first {
                    withUnknown += 1
                    unknown = unknown ?? "line \(count - lines.count + place + 1): \(id.quoted)"
                }
                guard case .failure(let error) = answer.items else { continue }
                failed += 1
                if failed <= Self.namedAtMost {
                    named.append("line \(count - lines.count + place + 1): \(error.problem)")
                }
            }
            try printer.print(answers)
            if isatty(STDOUT_FILENO) == 0 {
                observer.onProgress(WorkProgress("recommending", done: count, total: nil, unit: "histories"))
            }
        }
        try printer.finish()
        if let unknown {
            observer.onMessage("recommend: \(withUnknown) histories have ids that no item has, which were left out: \(unknown)")
        }
        guard failed > 0 else { return }
        if failed > named.count { named.append("and \(failed - named.count) more") }
        throw UserError(
            "\(failed) of \(count) histories could not be answered", at: name == "-" ? "standard input" : name,
            remedy: named.joined(separator: "\n  "))
    }

    /// What gives the next lines, none at the end.
    private func lines(of name: String, _ stop: StopToken) throws -> () throws -> [Result<HistoryLine, UserError>] {
        if name == "-" {
            let stream = LineStream(STDIN_FILENO, stop: stop)
            return { try stream.lines(most: Self.batch).map(Self.parse) }
        }
        let reader = try LineReader(URL(filePath: name))
        return {
            var found: [Result<HistoryLine, UserError>] = []
            while found.count < Self.batch, let line = try reader.line() { found.append(Self.parse(line)) }
            return found
        }
    }

    private static func parse(_ bytes: some Collection<UInt8>) -> Result<HistoryLine, UserError> {
        guard let text = String(validating: bytes, as: UTF8.self) else { return .failure(UserError("the line is not UTF-8")) }
        do { return .success(try HistoryLine(text)) } catch let error as UserError { return .failure(error) } catch {
            return .failure(UserError("\(error)"))
        }
    }

    /// Writes or prints the lists of all users of the dataset.
    ///
    /// - Throws: ``UserError`` and `CancellationError` as ``Pipeline/writeLists(_:to:replacing:)`` does.
    func answerAllUsers() throws {
        let pipeline = try Pipeline(run: URL(filePath: folder), observer: Console(stoppable: true).observer)
        var options = Pipeline.ListOptions(top: top, form: format ?? .tsv, keepingSeen: keepSeen, newItems: newItems)
        options.part = try workPart(part)
        guard let output else { return try pipeline.makeLists(options) { try Output.result($0) } }
        try pipeline.writeLists(options, to: URL(filePath: output), replacing: replace)
    }
}
