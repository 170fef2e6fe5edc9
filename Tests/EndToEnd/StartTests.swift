import Foundation
import IISAN
import TestSupport
import Testing

#if os(Linux)
    /// LibTorch takes longer to load than most verbs take: only those that compute load it.
    @Suite(.serialized) struct StartTests {
        /// Whether the call loaded LibTorch, as the dynamic linker tells it.
        private func loadsLibTorch(_ arguments: [String], in folder: URL) throws -> Bool {
            let outcome = try CommandLine.run(arguments, in: folder, environment: ["LD_DEBUG": "files"])
            #expect(outcome.code == 0, "\(arguments)")
            #expect(outcome.errors.contains("calling init: "), "the linker told nothing")
            return outcome.errors.contains("libtorch_cpu.so")
        }

        @Test func verbsWithoutTensorsDoNotLoadLibTorch() throws {
            try withTemporaryFolder { folder in
                let shop = try SmallShop(folder, items: 100, users: 20)
                #expect(try CommandLine.run(["run", "config.yaml", "--set", "evaluate.examples=0"], in: folder).code == 0)
                for arguments in [
                    ["--help"], ["train", "--help"], ["config"], ["config", "config.yaml"], ["data", "check", "dataset"],
                    ["data", "generate", "other", "--items", "100", "--users", "10"],
                    ["models", "list", CommandLine.root.appending(path: "Fixtures/Encoders").path, "--cache", "none"],
                    ["encode", "config.yaml", "--verify"], ["report", shop.run.path],
                ] {
                    #expect(try !loadsLibTorch(arguments, in: folder), "\(arguments)")
                }
                #expect(try loadsLibTorch(["doctor"], in: folder))
            }
        }

        @Test func withoutItsLibraryAProgramSaysWhatIsMissing() throws {
            try withTemporaryFolder { folder in
                _ = try SmallShop(folder, items: 100, users: 20)
                let program = folder.appending(path: "iisan")
                try FileManager.default.copyItem(at: CommandLine.executable(), to: program)
                let outcome = try CommandLine.run(["run", "config.yaml"], in: folder, program: program)
                #expect(outcome.code == 1)
                #expect(outcome.errors.contains("libCTorch.so") && outcome.errors.contains("make build"), "\(outcome.errors)")
                #expect(!outcome.errors.contains("Fatal error"))
                let doctor = try CommandLine.run(["doctor"], in: folder, program: program)
                #expect(doctor.code == 1 && doctor.output.contains("x LibTorch"), "\(doctor.output)")
                #expect(try CommandLine.run(["config"], in: folder, program: program).code == 0)
            }
        }
    }
#endif
