import ArgumentParser
import Files
import Foundation
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
        version: Version.current,
        subcommands: [
            RunCommand.self, DataCommand.self, ModelsCommand.self, CaptionCommand.self, EncodeCommand.self, TrainCommand.self,
            LaunchCommand.self,
            EvaluateCommand.self, ReportCommand.self,
        ] + StudyKind.allCases.map { $0.form.command } + [
            StudyStepCommand.self, RecommendCommand.self, SimilarCommand.self, ServeCommand.self, ItemsCommand.self,
            EventsCommand.self, PromoteCommand.self, ExportCommand.self,
            ConfigCommand.self,
            DoctorCommand.self,
        ])

    /// Refuses a folder that was removed while a shell was in it: no relative path leads anywhere from there.
    private static func checkFolder() throws {
        guard let path = getcwd(nil, 0) else {
            throw UserError(
                "the working directory cannot be determined: \(String(cString: strerror(errno)))",
                remedy: "Change to a folder that is there: cd FOLDER.")
        }
        free(path)
    }

    /// Runs the command that the arguments name, and ends with its exit code.
    static func main() {
        Output.outlivesItsReaders()
        Interrupt.isHeard()
        do {
            var command = try parseAsRoot()
            try checkFolder()
            try command.run()
            // All is written. What LibTorch would take down now takes a tenth of a second, and nobody needs it.
            _exit(EXIT_SUCCESS)
        } catch is CancellationError {
            Foundation.exit(Interrupt.exitCode)
        } catch {
            // What was asked for, as --help, is a result; all else is an error message.
            guard exitCode(for: error).isSuccess else {
                Output.tell(fullMessage(for: error))
                Foundation.exit(exitCode(for: error).rawValue)
            }
            do { try Output.result(fullMessage(for: error)) } catch {
                Output.tell("\(error)")
                Foundation.exit(ExitCode.failure.rawValue)
            }
        }
    }
}
