import Foundation

extension Doctor {
    /// The processor's name and what its vector and matrix instructions are good for.
    static func processor(flags: Set<String>, capability: String) -> DoctorFinding {
        var parts = [RunEnvironment.cpuInformation("model name") ?? "unknown", "LibTorch uses \(capability)"]
        if flags.contains("amx_bf16") {
            parts.append("matrix unit for bf16 (AMX)")
        } else if flags.contains("avx512_bf16") {
            parts.append("vector instructions for bf16 (AVX512-BF16)")
        }
        let held = flags.contains("avx512f") && !capability.hasPrefix("AVX512")
        return DoctorFinding(
            "Processor", parts.joined(separator: ", "),
            advice: held ? "The processor has AVX512, but LibTorch does not use it: unset ATEN_CPU_CAPABILITY." : nil)
    }

    /// In which precisions a processor trains with our own kernels.
    static func kernels(float32: Bool, bfloat16: Bool) -> DoctorFinding {
        let precisions = [float32 ? "float32" : nil, bfloat16 ? "bfloat16" : nil].compactMap { $0 }
        guard precisions.isEmpty else {
            return DoctorFinding(
                "Kernels", precisions.joined(separator: ", ") + ", for side networks with widths that are multiples of 32",
                advice: bfloat16
                    ? nil
                    : "Train in float32, or with train.precision: auto: for bfloat16, which is many times slower here, our kernels need "
                        + "AVX512-BF16 or AMX.")
        }
        return DoctorFinding(
            "Kernels", "none",
            advice:
                "Side networks train with LibTorch's operations, several times slower, and in bfloat16 slower still: our kernels "
                + "need AVX2, for bfloat16 AVX512-BF16 or AMX. Train in float32, or with train.precision: auto.")
    }

    /// The names of the processor's features; empty where the system does not list them.
    static func processorFlags() -> Set<String> {
        let fields = RunEnvironment.cpuInformation("flags") ?? RunEnvironment.cpuInformation("Features") ?? ""
        return Set(fields.split(separator: " ").map(String.init))
    }

    /// The cores this process may use.
    static func cores(allowed: Int, limit: Double?) -> DoctorFinding {
        guard let limit, limit < Double(allowed) else { return DoctorFinding("Cores", "\(allowed)") }
        let text = limit.formatted(.number.precision(.fractionLength(0...1)).locale(Locale(identifier: "en_US")))
        return DoctorFinding("Cores", "\(text) of \(allowed), by the control group's quota")
    }

    /// The threads of one operation, and whether those that wait leave the core to others.
    static func threads(_ count: Int, cores: Int, environment: [String: String]) -> DoctorFinding {
        var advice: String?
        if count > cores {
            advice = "More threads than cores slow each other down: set OMP_NUM_THREADS=\(cores) before the start."
        } else if count > 1, waitingThreadsSpin(environment) {
            advice =
                "Waiting threads spin, which is slow on shared cores: leave OMP_WAIT_POLICY unset, or set it to PASSIVE."
        }
        let policy = environment["OMP_WAIT_POLICY"].map { ", OMP_WAIT_POLICY=\($0)" } ?? ""
        return DoctorFinding("Threads", "\(count)\(policy)", advice: advice)
    }

    /// Whether the user has asked for it: what loads LibTorch lets them spin for some microseconds only.
    private static func waitingThreadsSpin(_ environment: [String: String]) -> Bool {
        #if os(Linux)
            return environment["OMP_WAIT_POLICY"]?.lowercased() == "active"
        #else
            return false
        #endif
    }
}
