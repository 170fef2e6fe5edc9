import Files
import Foundation

/// A process's place among those that were started together, and where they find each other: what a launcher says in the environment.
package struct Rendezvous: Sendable, Equatable {
    /// This process's number, 0 ..< ``size``.
    package var rank: Int
    /// How many processes there are.
    package var size: Int
    /// Its number among those of its machine: which accelerator is its own.
    package var localRank: Int
    /// The machine that the processes' store is on.
    package var host: String
    /// The store's port there.
    package var port: Int
    /// Whether the launcher serves the store; otherwise rank 0 does.
    package var isServed: Bool
    /// How often the launcher has started the processes again.
    package var attempt: Int
    /// Who said so, as in `torchrun`.
    package var launcher: String

    /// Names a place.
    package init(
        rank: Int, size: Int, localRank: Int? = nil, host: String, port: Int, isServed: Bool = false, attempt: Int = 0,
        launcher: String
    ) {
        (self.rank, self.size, self.localRank) = (rank, size, localRank ?? rank)
        (self.host, self.port, self.isServed, self.attempt, self.launcher) = (host, port, isServed, attempt, launcher)
    }

    /// The port that c10d takes where nobody names one.
    static let usualPort = 29500

    /// Reads the environment; nil for a process that is alone.
    ///
    /// `RANK` goes before what Slurm's `srun` says, and that before Open MPI.
    ///
    /// - Throws: ``UserError`` for variables that are missing or make no sense.
    package init?(environment: [String: String]) throws {
        let variables = Variables(environment)
        let found: Rendezvous?
        if environment["RANK"] != nil {
            found = try Self.torch(variables)
        } else if environment["SLURM_STEP_NUM_TASKS"] != nil, environment["SLURM_PROCID"] != nil {
            found = try Self.slurm(variables)
        } else if environment["OMPI_COMM_WORLD_RANK"] != nil {
            found = try Self.openMPI(variables)
        } else {
            try Self.refuseUnlaunched(environment)
            found = nil
        }
        guard let found, found.size > 1 else { return nil }
        guard (0..<found.size).contains(found.rank) else {
            throw UserError("the rank \(found.rank) is not among 0 to \(found.size - 1)", at: found.launcher)
        }
        self = found
    }

    /// One line that says who is what.
    package var text: String {
        "rank \(rank) of \(size), gloo, \(host):\(port), from \(launcher)\(attempt > 0 ? ", start \(attempt + 1)" : "")"
    }
}

extension Rendezvous {
    /// torchrun, PyTorchJob, `iisan launch`, and whoever sets the same variables.
    private static func torch(_ variables: Variables) throws -> Rendezvous {
        let rank = try variables.number("RANK"), size = try variables.number("WORLD_SIZE", from: 1)
        let isElastic = variables["TORCHELASTIC_RUN_ID"] != nil
        let launcher =
            variables["IISAN_LAUNCHER"]
            ?? (isElastic ? "torchrun" : variables["KUBERNETES_PORT"] != nil ? "PyTorchJob" : "RANK")
        return Rendezvous(
            rank: rank, size: size, localRank: try variables.optionalNumber("LOCAL_RANK") ?? 0,
            host: try variables.text("MASTER_ADDR"), port: try variables.number("MASTER_PORT", from: 1),
            isServed: variables["TORCHELASTIC_USE_AGENT_STORE"] == "True",
            attempt: try variables.optionalNumber("TORCHELASTIC_RESTART_COUNT") ?? 0, launcher: launcher)
    }

    /// `srun`: the store is on the first machine of the step, at a port that follows from the job's number.
    private static func slurm(_ variables: Variables) throws -> Rendezvous {
        let job = try variables.optionalNumber("SLURM_JOB_ID") ?? 0
        let machines = variables["SLURM_STEP_NODELIST"] ?? variables["SLURM_JOB_NODELIST"]
        guard let host = variables["MASTER_ADDR"] ?? machines.flatMap(firstMachine) else {
            throw UserError(
                "no machine can be read from \"\(machines ?? "")\"", at: "SLURM_STEP_NODELIST",
                remedy: "Set MASTER_ADDR to the machine of the first task.")
        }
        return Rendezvous(
            rank: try variables.number("SLURM_PROCID"), size: try variables.number("SLURM_STEP_NUM_TASKS", from: 1),
            localRank: try variables.optionalNumber("SLURM_LOCALID") ?? 0, host: host,
            port: try variables.optionalNumber("MASTER_PORT") ?? 20000 + job % 20000,
            attempt: try variables.optionalNumber("SLURM_RESTART_COUNT") ?? 0, launcher: "Slurm")
    }

    private static func openMPI(_ variables: Variables) throws -> Rendezvous {
        Rendezvous(
            rank: try variables.number("OMPI_COMM_WORLD_RANK"), size: try variables.number("OMPI_COMM_WORLD_SIZE", from: 1),
            localRank: try variables.optionalNumber("OMPI_COMM_WORLD_LOCAL_RANK") ?? 0, host: try variables.text("MASTER_ADDR"),
            port: try variables.optionalNumber("MASTER_PORT") ?? usualPort, launcher: "Open MPI")
    }

    /// The first machine of a list as Slurm writes it: `node[03-05,9],other` begins with `node03`.
    static func firstMachine(_ list: String) -> String? {
        guard let bracket = list.firstIndex(of: "["), !list[..<bracket].contains(",") else {
            return list.split(separator: ",").first.map(String.init)
        }
        guard let end = list[bracket...].firstIndex(of: "]") else { return nil }
        let first = list[list.index(after: bracket)..<end].split { $0 == "," || $0 == "-" }.first
        let rest = list[list.index(after: end)...].prefix { $0 != "," }
        return first.map { "\(list[..<bracket])\($0)\(rest)" }
    }

    /// Kubeflow's trainer sets options of a launcher, not the place of a process.
    private static func refuseUnlaunched(_ environment: [String: String]) throws {
        guard let nodes = environment["PET_NNODES"],
            nodes != "1" || environment["PET_NPROC_PER_NODE"].map({ $0 != "1" }) ?? false
        else { return }
        throw UserError(
            "PET_NNODES is \(nodes): the variables PET_* are for a launcher, which has not started this process",
            remedy: "Start with `iisan launch -- train CONFIG` or `torchrun --no-python iisan train CONFIG`, which read them.")
    }
}

/// The environment, read with errors that name the variable.
struct Variables {
    private let environment: [String: String]

    init(_ environment: [String: String]) { self.environment = environment }

    subscript(_ name: String) -> String? { environment[name] }

    func text(_ name: String) throws -> String {
        guard let value = environment[name], !value.isEmpty else {
            throw UserError(
                "is not set, and the processes find each other by it", at: name,
                remedy: "Set \(name), the same for all processes.")
        }
        return value
    }

    func number(_ name: String, from least: Int = 0) throws -> Int {
        let text = try text(name)
        guard let number = Int(text), number >= least, number < 1 << 31 else {
            throw UserError("is \"\(text)\", expected a number from \(least)", at: name)
        }
        return number
    }

    func optionalNumber(_ name: String) throws -> Int? { environment[name] == nil ? nil : try number(name) }
}
