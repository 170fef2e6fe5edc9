import ArgumentParser
import Foundation
import IISAN

/// `iisan compare`: methods against each other.
struct CompareCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare",
        abstract: "Train methods with several seeds and set quality and cost side by side.",
        discussion: """
            Runs that are there already, with the same settings and data, are kept: a study that was stopped or killed goes on with \
            the same command. Each run has a process of its own. Writes study.json into the study's folder.

              iisan compare study.yaml
              iisan compare study.yaml --methods iisan,lora --measure-steps 20
            """)

    @OptionGroup var study: StudyCommandOptions

    @Option(help: "Only these variants or methods, with commas between them.")
    var methods = ""

    @Option(help: "Methods that run encoders in every step are not trained, only timed on so many steps.")
    var measureSteps: Int?

    func run() throws {
        let names = methods.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
        try study.run { try CompareStudy(file: $0).plan($0, methods: names, measuredSteps: measureSteps) }
    }
}
