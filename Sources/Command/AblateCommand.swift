import ArgumentParser
import Foundation
import IISAN

/// `iisan ablate`: what each part of IISAN is worth.
struct AblateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ablate",
        abstract: "Change one part of IISAN at a time and set it beside the base.",
        discussion: """
            Towers, kept layers, gates, dimension transformation, bottleneck, activation, cached or live encoders. A study that was \
            stopped goes on with the same command.

              iisan ablate study.yaml
            """)

    @OptionGroup var study: StudyCommandOptions

    func run() throws { try study.run { try AblateStudy(file: $0).plan($0) } }
}
