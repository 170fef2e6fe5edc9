import ArgumentParser

/// `iisan encode`: hidden states.
struct EncodeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "encode",
        abstract: "Run the frozen encoders over the catalogue; only new and changed items are computed.",
        discussion: """
            iisan encode config.yaml                 encode what is not in the stores yet
            iisan encode config.yaml --memory 8GB    the same; larger encoders are read block by block
            iisan encode config.yaml --verify        check every byte of the stores
            iisan encode import states.npy ...       take hidden states that another program computed
            iisan encode random states/text ...      random numbers, to measure time and memory with
            """,
        subcommands: [EncodeCatalogueCommand.self, EncodeImportCommand.self, EncodeRandomCommand.self],
        defaultSubcommand: EncodeCatalogueCommand.self)
}
