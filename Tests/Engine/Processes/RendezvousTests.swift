import Files
import Testing

@testable import Processes

/// What launchers say.
struct RendezvousTests {
    private static let torchrun = [
        "RANK": "3", "WORLD_SIZE": "4", "LOCAL_RANK": "1", "MASTER_ADDR": "node17", "MASTER_PORT": "29511",
        "TORCHELASTIC_RUN_ID": "none", "TORCHELASTIC_USE_AGENT_STORE": "True", "TORCHELASTIC_RESTART_COUNT": "2",
    ]

    @Test func torchrunServesTheStore() throws {
        let place = try #require(try Rendezvous(environment: Self.torchrun))
        #expect(
            place
                == Rendezvous(
                    rank: 3, size: 4, localRank: 1, host: "node17", port: 29511, isServed: true, attempt: 2,
                    launcher: "torchrun"))
        #expect(place.text == "rank 3 of 4, gloo, node17:29511, from torchrun, start 3")
    }

    @Test func aPyTorchJobHasNoLocalRank() throws {
        let place = try #require(
            try Rendezvous(environment: [
                "RANK": "1", "WORLD_SIZE": "2", "MASTER_ADDR": "job-master-0", "MASTER_PORT": "23456",
                "KUBERNETES_PORT": "tcp://",
            ]))
        #expect(place.launcher == "PyTorchJob" && place.localRank == 0 && !place.isServed)
    }

    @Test func slurmNamesItsFirstMachine() throws {
        let environment = [
            "SLURM_PROCID": "5", "SLURM_STEP_NUM_TASKS": "8", "SLURM_LOCALID": "1", "SLURM_JOB_ID": "40123",
            "SLURM_STEP_NODELIST": "gpu[03-06,11]",
        ]
        let place = try #require(try Rendezvous(environment: environment))
        #expect(place == Rendezvous(rank: 5, size: 8, localRank: 1, host: "gpu03", port: 20123, launcher: "Slurm"))
        // The script of a job is no task of a step.
        #expect(try Rendezvous(environment: environment.filter { $0.key != "SLURM_STEP_NUM_TASKS" }) == nil)
        // Whoever sets RANK knows better.
        let both = environment.merging(Self.torchrun) { $1 }
        #expect(try Rendezvous(environment: both)?.launcher == "torchrun")
    }

    @Test(
        arguments: [
            ("a", "a"), ("a,b", "a"), ("n[1-3]", "n1"), ("n[07,09]", "n07"), ("x,n[1-3]", "x"), ("n[1-2]-ib,m", "n1-ib"),
            ("n[1", nil),
            ("", nil),
        ] as [(String, String?)])
    func firstMachines(list: String, first: String?) { #expect(Rendezvous.firstMachine(list) == first) }

    @Test func openMPINeedsAnAddress() throws {
        var environment = ["OMPI_COMM_WORLD_RANK": "1", "OMPI_COMM_WORLD_SIZE": "2", "OMPI_COMM_WORLD_LOCAL_RANK": "1"]
        #expect(throws: UserError.self) { try Rendezvous(environment: environment) }
        environment["MASTER_ADDR"] = "here"
        #expect(try Rendezvous(environment: environment)?.port == 29500)
    }

    @Test func oneProcessIsAlone() throws {
        #expect(try Rendezvous(environment: [:]) == nil)
        #expect(
            try Rendezvous(environment: ["RANK": "0", "WORLD_SIZE": "1", "MASTER_ADDR": "localhost", "MASTER_PORT": "1"]) == nil
        )
    }

    @Test(arguments: [
        (["RANK": "x"], "RANK"), (["WORLD_SIZE": "0"], "WORLD_SIZE"), (["RANK": "4"], "torchrun"),
        (["MASTER_PORT": ""], "MASTER_PORT"),
        (["RANK": "-1"], "RANK"),
    ])
    func badVariablesAreNamed(change: [String: String], place: String) {
        let environment = Self.torchrun.merging(change) { $1 }
        let error = #expect(throws: UserError.self) { try Rendezvous(environment: environment) }
        #expect(error?.place == place)
    }

    @Test func kubeflowsVariablesAreForALauncher() throws {
        let error = #expect(throws: UserError.self) { try Rendezvous(environment: ["PET_NNODES": "2"]) }
        #expect(error?.remedy?.contains("iisan launch") == true)
        #expect(try Rendezvous(environment: ["PET_NNODES": "1"]) == nil)
    }
}
