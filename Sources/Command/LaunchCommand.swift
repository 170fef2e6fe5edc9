import ArgumentParser
import Files
import Foundation
import IISAN

/// `iisan launch`: several processes of one command on this machine.
struct LaunchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "launch",
        abstract: "Start a training in several processes on this machine, which share its steps.",
        discussion: """
            Each process is told its place as torchrun does it (RANK, WORLD_SIZE, MASTER_ADDR, ..). Where one fails, the others are stopped,
            and the reason of the first is repeated. Ctrl-C stops all after the same step.

            iisan launch -n 2 -- train config.yaml

            On several machines start it on each, with the number of machines, the place of each and the address of the first:

            iisan launch --nodes 2 --node 0 --address 10.0.0.1 --port 29500 -n 4 -- train config.yaml

            The variables PET_NNODES, PET_NODE_RANK, PET_NPROC_PER_NODE, PET_MASTER_ADDR and PET_MASTER_PORT, which Kubeflow's trainer sets,
            stand for options that are not given.
            """)

    @Option(
        name: [.customShort("n"), .long],
        help: "Processes on this machine: a number, or auto for one of each accelerator or core. (default: auto)")
    var processes: String?

    @Option(help: "How many machines there are. (default: 1)")
    var nodes: Int?

    @Option(help: "The place of this machine among them, from 0. (default: 0)")
    var node: Int?

    @Option(help: "The address of machine 0. (default: this machine's own)")
    var address: String?

    @Option(help: "The port there of the processes' store; with one machine a free one is taken.")
    var port: Int?

    @Argument(parsing: .postTerminator, help: "The command, as in: train config.yaml")
    var command: [String]

    func validate() throws {
        guard !command.isEmpty else {
            throw ValidationError("No command is given. As in: iisan launch -n 2 -- train config.yaml")
        }
    }

    func run() throws {
        let environment = ProcessInfo.processInfo.environment
        let options = try LaunchOptions(
            processes: processes ?? environment["PET_NPROC_PER_NODE"] ?? "auto",
            nodes: nodes ?? Self.number("PET_NNODES", environment) ?? 1,
            node: node ?? Self.number("PET_NODE_RANK", environment) ?? 0,
            address: address ?? environment["PET_MASTER_ADDR"], port: port ?? Self.number("PET_MASTER_PORT", environment))
        let console = Console(stoppable: true)
        let code = try Launch(options, command: command).run(stop: console.observer.stop)
        if code != 0 { throw ExitCode(code) }
    }

    private static func number(_ name: String, _ environment: [String: String]) throws -> Int? {
        guard let text = environment[name] else { return nil }
        guard let number = Int(text) else { throw UserError("is \"\(text)\", expected a number", at: name) }
        return number
    }
}
