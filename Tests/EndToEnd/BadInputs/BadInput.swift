import Testing

/// An input that a user may give by mistake, and what the command says to it: a row of the catalogue.
struct BadInput: CustomTestStringConvertible, Sendable {
    /// What lies in the folder before it is spoilt; each case holds what those before it hold.
    enum Ground: Int {
        /// No file.
        case nothing
        /// The raw files of a small shop in `world`, and a `config.yaml` that imports them.
        case world
        /// Its dataset in `dataset`, and a `config.yaml` that takes it as it is.
        case dataset
        /// The hidden states of titles and pictures in `states`.
        case states
        /// A trained and evaluated run in `runs/iisan`.
        case run
    }

    /// What is wrong, in a sentence.
    let input: String
    /// What lies in the folder before it is spoilt.
    let ground: Ground
    /// The files that are put there.
    let files: [String: String]
    /// The arguments of `iisan` as a shell takes them, with words in single quotes where they have spaces or are empty.
    let command: String
    /// The exit code: 1, or 64 for a wrong command line.
    let code: Int32
    /// Some of what the message has to say: the place, what was found.
    let says: [String]
    /// What the command may make or write anew before it finds out: whole or resumable work, by path, with all below it.
    let leaves: [String]
    /// What else is done to the folder.
    let spoil: @Sendable (BadInputFolder) throws -> Void

    init(
        _ input: String, on ground: Ground = .nothing, with files: [String: String] = [:], _ command: String, code: Int32 = 1,
        says: [String], leaves: [String] = [], spoil: @escaping @Sendable (BadInputFolder) throws -> Void = { _ in }
    ) {
        self.input = input
        self.ground = ground
        self.files = files
        self.command = command
        self.code = code
        self.says = says
        self.leaves = leaves
        self.spoil = spoil
    }

    var testDescription: String { input }

    /// The words of the command.
    var words: [String] {
        var found: [String] = []
        // Between quotes nothing parts words; a quote begins a word even where nothing follows it.
        for (index, part) in command.split(separator: "'", omittingEmptySubsequences: false).enumerated() {
            if index % 2 == 1 {
                found.append(String(part))
            } else {
                found += part.split(separator: " ").map(String.init)
            }
        }
        return found
    }
}

extension BadInput {
    /// Rows that belong together, under one heading of the document.
    struct Area {
        let title: String
        let rows: [BadInput]
    }

    /// The catalogue.
    static let areas = [
        Area(title: "The command line", rows: arguments),
        Area(title: "Tables of interactions", rows: tables),
        Area(title: "Items and their pictures", rows: items),
        Area(title: "Releases: IISAN, MicroLens, Amazon", rows: releases),
        Area(title: "Generated worlds", rows: worlds),
        Area(title: "YAML", rows: yaml),
        Area(title: "Settings", rows: settings),
        Area(title: "Datasets", rows: datasets),
        Area(title: "Folders of encoders", rows: encoders),
        Area(title: "Weights", rows: weights),
        Area(title: "Tokenizers", rows: tokenizers),
        Area(title: "Pictures", rows: pictures),
        Area(title: "Captions", rows: captions),
        Area(title: "Hidden-state stores", rows: stores),
        Area(title: "States of other programs", rows: importedStates),
        Area(title: "Runs and checkpoints", rows: runs),
        Area(title: "Questions to a run", rows: questions),
        Area(title: "Runs that are served", rows: served),
        Area(title: "Studies", rows: studies),
        Area(title: "Searches", rows: searches),
        Area(title: "Models", rows: models),
    ]

    /// All rows, in the order of the document.
    static let all = areas.flatMap(\.rows)
}
