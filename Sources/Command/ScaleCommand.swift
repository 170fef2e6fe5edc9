import ArgumentParser
import Foundation
import IISAN

/// `iisan scale`: quality against the size of the encoders.
struct ScaleCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "scale",
        abstract: "Train with every text encoder and every image encoder, and set quality against their size.",
        discussion: """
            Each encoder has a store of its own in the study's folder, made once. A study that was stopped goes on with the same \
            command.

              iisan scale study.yaml
            """)

    @OptionGroup var study: StudyCommandOptions

    func run() throws { try study.run { try ScaleStudy(file: $0).plan($0) } }
}
