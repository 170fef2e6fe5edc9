import Files
import ArgumentParser
import Foundation
import IISAN
import Serving

/// `iisan recommend`: the next items after histories.
struct RecommendCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "recommend",
        abstract: "Print the best items after a history of items, after many, or for all users of the dataset.",
        discussion: """
            A user is nothing but a history: no user id is needed. In --history commas part the ids and spaces around them do not count; \
            an id that has a comma or outer spaces of its own is named by --item, which takes it as it is.

            iisan recommend runs/demo --history 12,7,31 --top 5
            iisan recommend runs/demo --history 12,7,31 --format json
            iisan recommend runs/demo --item "salt, fine" --item "pepper "

            --title and --picture name an item that the catalogue does not have, the newest of the history or the only one. The run's \
            encoders read it, as they do an item that is added.

            iisan recommend runs/demo --history 12,7 --title "Blue kettle" --picture kettle.jpg

            --reasons says of each item what the parts of the score add to it, against the mean over all items, and what the three items \
            of the history that matter most do: the score less what it would be without that one. The parts add up to the score; effects \
            do not.

            --histories takes a file, or - for standard input, with a history a line: ids with commas or spaces between them, or JSON as \
            {"history": ["12", "7"], "id": "u1"}. Ids that no item has are left out and named. A line that cannot be answered is an error of that line; all others are answered, in \
            their order, and the exit code is 1.

            iisan recommend runs/demo --histories sessions.txt --format jsonl

            --all takes the whole history of every user of the dataset. A file is there whole or not at all: Ctrl-C or a kill keeps \
            what was done beside it, and the same command continues from there.

            iisan recommend runs/demo --all --output lists.tsv

            Many machines share the users by --part; the parts' files one after the other are the file of all.

            iisan recommend runs/demo --all --part 3/8 --output lists.3.tsv
            """)

    @Argument(help: ArgumentHelp("The run's folder.", valueName: "run"), completion: .directory)
    var folder: String

    @Option(parsing: .unconditional, help: "Item ids, oldest first, with commas between them.")
    var history: String?

    @Option(
        name: .customLong("item"), parsing: .unconditionalSingleValue,
        help: ArgumentHelp(
            "An item id as it is, after those of --history; given often, oldest first.", valueName: "id"))
    var items: [String] = []

    @OptionGroup var raw: RawItemOptions

    @Option(help: ArgumentHelp("A file with a history a line; - for standard input.", valueName: "file"), completion: .file())
    var histories: String?

    @Flag(help: "The lists of all users of the dataset.")
    var all = false

    @Option(
        help: ArgumentHelp("With --all: the file to write; left out, standard output.", valueName: "file"), completion: .file())
    var output: String?

    @Option(
        help: ArgumentHelp(
            "With --all: one of n equal parts of the users, as 17/256; auto/256 takes the number from the array task of Slurm or Kubernetes.",
            valueName: "k/n"))
    var part: String?

    @Flag(help: "With --output: take the place of an older file.")
    var replace = false

    @Option(help: "How many items.")
    var top = 10

    @Flag(
        help: ArgumentHelp(
            "The dataset may hold other items than the run was trained on; for methods without a vector of its own per item."))
    var newItems = false

    @Flag(help: "Items of the history may be recommended again.")
    var keepSeen = false

    @Flag(help: "Say why: what each part adds to a score, and each item of the history.")
    var reasons = false

    @Option(help: "How lists are printed: text, tsv, json or jsonl; with --all tsv, the default there, or jsonl.")
    var format: ListForm?

    func validate() throws {
        let ways = [history != nil || !items.isEmpty || raw.isGiven, histories != nil, all].count { $0 }
        guard ways > 0 else {
            throw ValidationError("Name the history by --history or --item, or an item by --title or --picture.")
        }
        guard ways == 1 else {
            throw ValidationError("Give one of --history (with --item and --title), --histories and --all.")
        }
        guard all || output == nil else { throw ValidationError("--output is for --all; print into a file with > FILE.") }
        guard all || part == nil else { throw ValidationError("--part is for --all.") }
        guard !reasons || (histories == nil && !all) else { throw ValidationError("--reasons is for --history.") }
        guard !reasons || format != .tsv && format != .jsonl else {
            throw ValidationError("--reasons is printed as text or json.")
        }
        guard output != nil || !replace else { throw ValidationError("--replace is for --output.") }
        guard !all || format == nil || format == .tsv || format == .jsonl else {
            throw ValidationError("--all writes tsv or jsonl: give --format tsv or --format jsonl.")
        }
    }

    func run() throws {
        if all { return try answerAllUsers() }
        if let histories { return try answerLines(of: histories) }
        let pipeline = try Pipeline(run: URL(filePath: folder), observer: Console().observer)
        let ids = (history ?? "").split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) } + items
        let model = try pipeline.served(newItems: newItems)
        // A question leaves out ids that no item has; here each was named on purpose.
        if !ids.isEmpty || !raw.isGiven { _ = try model.indices(ids) }
        func answer(_ ids: [String]) throws -> [Recommendation] {
            var question = Question(ids)
            (question.top, question.keepSeen, question.reasons) = (top, keepSeen, reasons)
            return try model.answer(to: question).items
        }
        let found = try Refusal.shown {
            raw.isGiven
                ? try pipeline.with(title: raw.title, picture: raw.picture, model) { try answer(ids + [$0]) } : try answer(ids)
        }
        switch format ?? .text {
        case .text: try OutputFormat.text.print(found, text: reasons ? Self.reasons(found) : Self.table(found))
        case .json: try OutputFormat.json.print(found, text: "")
        case .tsv, .jsonl:
            var lists = ListPrinter(format ?? .text)
            try lists.print([AnswerList(.line(1, id: nil), .success(found))])
            try lists.finish()
        }
    }

    /// The list with what the parts add below each item.
    private static func reasons(_ recommendations: [Recommendation]) -> String {
        recommendations.map { item in
            func amount(_ number: Double, _ name: String) -> String { String(format: "%+.2f ", number) + name }
            var lines = [table([item])]
            if let reasons = item.reasons {
                let parts = reasons.parts.map { amount($0.adds, $0.part) }.joined(separator: "  ")
                lines.append("      mean \(String(format: "%.2f", reasons.mean))  \(parts)")
                let effects = reasons.history.sorted { abs($0.effect) > abs($1.effect) }.prefix(3)
                lines.append("      history: " + effects.map { amount($0.effect, $0.item) }.joined(separator: "  "))
            }
            return lines.joined(separator: "\n")
        }.joined(separator: "\n")
    }

    /// Items as a table for people.
    static func table(_ recommendations: [Recommendation]) -> String {
        let rows = recommendations.map { ["\($0.rank)", String(format: "%.4f", $0.score), $0.item, $0.title ?? ""] }
        return String(TextTable([.right, .right, .left], rows).text.dropLast())
    }
}

/// An item that the catalogue does not have.
struct RawItemOptions: ParsableArguments {
    @Option(parsing: .unconditional, help: "The title of an item that the catalogue does not have.")
    var title: String?

    @Option(help: ArgumentHelp("The picture of such an item.", valueName: "file"), completion: .file())
    var picture: String?

    /// Whether there is one.
    var isGiven: Bool { title != nil || picture != nil }
}

extension Refusal {
    /// Runs `body`; what it refuses is an error like any other.
    static func shown<Result>(_ body: () throws -> Result) throws -> Result {
        do { return try body() } catch let refusal as Refusal { throw refusal.error }
    }
}

extension ListForm: ExpressibleByArgument {}

/// Prints lists as they come.
struct ListPrinter {
    private let form: ListForm
    private var isEmpty = true

    init(_ form: ListForm) { self.form = form }

    /// Prints some lists, after what comes before the first one.
    ///
    /// - Throws: ``UserError`` when they cannot be written.
    mutating func print(_ answers: [AnswerList]) throws {
        var bytes: [UInt8] = isEmpty ? Array(form.head("history")) : []
        form.append(answers, isFirst: isEmpty, to: &bytes)
        isEmpty = isEmpty && answers.isEmpty
        try Output.result(bytes)
    }

    /// Prints what comes after the last list.
    func finish() throws { try Output.result((isEmpty ? Array(form.head("history")) : []) + form.tail(isEmpty: isEmpty)) }
}
