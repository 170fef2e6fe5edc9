import ArgumentParser
import Foundation
import IISAN

/// `iisan tune`: settings searched by validation.
struct TuneCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tune",
        abstract: "Search settings by validation; the test targets are ranked for the chosen ones alone.",
        discussion: """
            Prints the chosen settings as --set lines and writes them as best.yaml into the study's folder. A study that was stopped \
            goes on with the same command.

              iisan tune study.yaml
            """)

    @OptionGroup var study: StudyCommandOptions

    func run() throws { try study.run { try TuneStudy(file: $0).plan($0) } }
}
