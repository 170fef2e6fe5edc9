package import Files
package import Foundation
import Torch

/// How many processes are launched, and where.
package struct LaunchOptions: Sendable, Equatable {
    /// Processes on this machine.
    package let processes: Int
    /// Machines.
    package let nodes: Int
    /// This machine's place among them.
    package let node: Int
    /// Where the processes' store is; nil for one of this machine alone.
    package let address: String?
    /// The store's port; nil for a free one.
    package let port: Int?

    /// Checks options.
    ///
    /// - Parameter processes: a number, or `auto`: one of each accelerator, else of each core.
    /// - Throws: ``UserError`` for numbers that make no sense.
    package init(processes: String, nodes: Int, node: Int, address: String?, port: Int?) throws {
        guard nodes >= 1, (0..<max(1, nodes)).contains(node) else {
            throw UserError("machine \(node) of \(nodes) makes no sense", at: "--node", remedy: "Count machines from 0.")
        }
        guard nodes == 1 || (address != nil && port != nil) else {
            throw UserError(
                "the machines find each other at the address of the first", at: "--address",
                remedy: "Give --address and --port, the same on all machines.")
        }
        if let port, !(1...65_535).contains(port) { throw UserError("is \(port), expected 1 to 65535", at: "--port") }
        if processes == "auto" {
            let accelerators = Device.count(of: .cuda)
            self.processes = accelerators > 0 ? accelerators : ProcessInfo.processInfo.activeProcessorCount
        } else {
            guard let number = Int(processes), (1...1024).contains(number) else {
                throw UserError("is \"\(processes)\", expected auto or 1 to 1024", at: "--processes")
            }
            self.processes = number
        }
        (self.nodes, self.node, self.address, self.port) = (nodes, node, address, port)
    }
}

/// Processes of one command that a launcher watches over.
package struct Launch {
    private let options: LaunchOptions
    private let command: [String]
    private let executable: URL
    /// How long processes have to end, once one has failed or all were told to stop, in seconds.
    private static let patience = 30.0
    /// What tells a process that it was launched here: it stops when its standard input ends.
    package static let variable = "IISAN_LAUNCHER"
    private static let interval = 0.05

    /// Prepares to launch.
    ///
    /// - Parameters:
    ///   - command: the arguments of each process.
    ///   - executable: the program; by default the running one.
    package init(_ options: LaunchOptions, command: [String], executable: URL? = nil) {
        (self.options, self.command) = (options, command)
        self.executable = executable ?? ProcessRunner().executable
    }

    /// Runs the processes to their end.
    ///
    /// The store is served here where there is one machine, so that it outlives every process, and one that has died is named.
    ///
    /// - Parameter stop: what asks the processes to stop, each at its next safe point.
    /// - Returns: 0, or the exit code of the first that failed.
    /// - Throws: ``UserError`` when a process cannot be started, or the store not be served.
    package func run(stop: StopToken) throws -> Int32 {
        var environment = ProcessInfo.processInfo.environment
        let store: SharedStore?
        if options.nodes == 1 {
            let own = try SharedStore(host: "127.0.0.1", port: options.port ?? 0, serves: true, timeout: 60)
            (environment["MASTER_ADDR"], environment["MASTER_PORT"]) = ("127.0.0.1", "\(own.port)")
            environment["TORCHELASTIC_USE_AGENT_STORE"] = "True"
            store = own
        } else {
            (environment["MASTER_ADDR"], environment["MASTER_PORT"]) = (options.address, options.port.map(String.init))
            environment["TORCHELASTIC_USE_AGENT_STORE"] = nil
            store = nil
        }
        defer { withExtendedLifetime(store) {} }
        environment["WORLD_SIZE"] = "\(options.nodes * options.processes)"
        environment["LOCAL_WORLD_SIZE"] = "\(options.processes)"
        environment[Self.variable] = "iisan launch"
        // Threads of all processes together are no more than the cores.
        if options.processes > 1, environment["OMP_NUM_THREADS"] == nil {
            environment["OMP_NUM_THREADS"] = "\(max(1, ProcessInfo.processInfo.activeProcessorCount / options.processes))"
        }
        var running: [Launched] = []
        defer { for launched in running { kill(launched.process.processIdentifier, SIGKILL) } }
        for local in 0..<options.processes {
            let rank = options.node * options.processes + local
            environment["RANK"] = "\(rank)"
            environment["LOCAL_RANK"] = "\(local)"
            let process = Process()
            let input = Pipe()
            (process.executableURL, process.arguments, process.environment) = (executable, command, environment)
            process.standardInput = input
            // Only the first process has something to print.
            if rank > 0 { process.standardOutput = FileHandle.nullDevice }
            do { try process.run() } catch { throw UserError("cannot be started: \(error)", at: executable.path) }
            running.append(Launched(rank: rank, process: process, input: input.fileHandleForWriting))
        }
        return watch(&running, stop)
    }

    /// A process, and the end of its standard input that is open as long as it is to go on.
    private struct Launched {
        let rank: Int
        let process: Process
        let input: FileHandle
    }

    /// Waits for all; where one has failed, ends the others once they have had time to say what they know.
    private func watch(_ running: inout [Launched], _ stop: StopToken) -> Int32 {
        var code: Int32 = 0
        var end: Date?
        while !running.isEmpty {
            if stop.isRequested, end == nil {
                end = Date() + 2 * Self.patience
                for launched in running { try? launched.input.close() }
            }
            for launched in running where !launched.process.isRunning {
                running.removeAll { $0.rank == launched.rank }
                let process = launched.process
                let status =
                    process.terminationReason == .uncaughtSignal ? 128 + process.terminationStatus : process.terminationStatus
                if status != 0, code == 0 { code = status }
                if status != 0, end == nil { end = Date() + Self.patience }
            }
            if let end, Date() > end {
                for launched in running { kill(launched.process.processIdentifier, SIGKILL) }
            }
            if !running.isEmpty { Thread.sleep(forTimeInterval: Self.interval) }
        }
        return code
    }
}
