import ArgumentParser
import IISAN

/// `iisan`: from raw files to recommendations.
@main struct IISANCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "iisan",
        abstract: "Multimodal sequential recommendation with frozen encoders (IISAN and IISAN-Versa).",
        discussion: """
            Large text and image encoders see every item once; small side networks and a user encoder are trained on all their \
            layers' hidden states. One configuration file describes a run from raw files to a report:

              iisan config > config.yaml      write a commented configuration
              iisan run config.yaml           do every stage whose inputs have changed
              iisan recommend RUN --history 12,7,31 --top 10
            """,
        version: IISAN.version,
        subcommands: [
            RunCommand.self, DataCommand.self, ModelsCommand.self, EncodeCommand.self, TrainCommand.self, EvaluateCommand.self,
            ReportCommand.self, CompareCommand.self, StudyStepCommand.self,
            RecommendCommand.self, ConfigCommand.self, DoctorCommand.self,
        ])
}
