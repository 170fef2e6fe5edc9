import Foundation
import TestSupport
import Testing

/// What a shell has set up around the command.
@Suite(.serialized) struct LimitTests {
    /// Calls the command from a shell, after some lines of it.
    private func run(_ arguments: String, after lines: String, in folder: URL) throws -> CommandLine.Outcome {
        let text = "\(lines)\nexec '\(try CommandLine.executable().path)' \(arguments)"
        return try CommandLine.run(["-c", text], in: folder, program: URL(filePath: "/bin/sh"))
    }

    @Test func aFolderThatIsGoneIsSaidToBe() throws {
        try withTemporaryFolder { folder in
            for arguments in ["data import d --interactions x --items y", "config", "run config.yaml", "evaluate /tmp"] {
                let outcome = try run(arguments, after: "mkdir gone && cd gone && rmdir ../gone", in: folder)
                #expect(
                    outcome.code == 1 && outcome.errors.contains("the working directory cannot be determined"), "\(outcome)")
            }
        }
    }

    @Test func aFileThatMayNotGrowIsAnErrorAndTheWorkGoesOnLater() throws {
        try withTemporaryFolder { folder in
            _ = try SmallShop(folder)
            // In blocks of 512 or 1024 bytes: enough for the dataset, too little for a checkpoint.
            let outcome = try run("run config.yaml", after: "ulimit -f 200", in: folder)
            #expect(outcome.code == 1 && outcome.errors.contains("ulimit -f"), "\(outcome)")
            #expect(try CommandLine.run(["run", "config.yaml"], in: folder).code == 0)
        }
    }
}
