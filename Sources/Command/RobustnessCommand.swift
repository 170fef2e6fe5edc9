import ArgumentParser
import Foundation
import IISAN

/// `iisan robustness`: a trained run on changed items.
struct RobustnessCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "robustness",
        abstract: "Rank with a trained run when titles and pictures are missing or spoilt.",
        discussion: """
            Nothing is trained: changed items are encoded again beside the run's stores, which stay as they are. A study that was \
            stopped goes on with the same command.

              iisan robustness study.yaml
            """)

    @OptionGroup var study: StudyCommandOptions

    func run() throws { try study.report { try RobustnessStudy(file: $0).result($0, $1) } }
}
