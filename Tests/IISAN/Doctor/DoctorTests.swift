import Foundation
import Testing

@testable import IISAN

struct DoctorTests {
    @Test func aLaunchersWordsAreShown() {
        #expect(Doctor.processes(environment: [:]).value.contains("alone"))
        let place = ["RANK": "1", "WORLD_SIZE": "2", "MASTER_ADDR": "node1", "MASTER_PORT": "29500"]
        #expect(Doctor.processes(environment: place).value == "rank 1 of 2, gloo, node1:29500, from RANK")
        let wrong = Doctor.processes(environment: place.merging(["WORLD_SIZE": "none"]) { $1 })
        #expect(wrong.status == .problem && wrong.value.contains("WORLD_SIZE"))
    }

    @Test func thisMachineIsDescribed() throws {
        let report = Doctor.examine(folder: URL(filePath: NSTemporaryDirectory()))
        let names = report.findings.map(\.name)
        for name in ["LibTorch", "Processor", "Cores", "Threads", "Memory", "Disk"] { #expect(names.contains(name)) }
        #expect(!report.hasProblem, "\(report.text)")
        #expect(report.findings.allSatisfy { ($0.advice == nil) == ($0.status == .ok) })
    }

    @Test func aReportSurvivesJSON() throws {
        let report = DoctorReport(findings: [
            DoctorFinding("Memory", "8 GB"), DoctorFinding("Disk", "none", advice: "Make room.", status: .problem),
        ])
        #expect(try JSONDecoder().decode(DoctorReport.self, from: JSONEncoder().encode(report)) == report)
    }

    @Test func valuesAreInOneColumn() {
        let report = DoctorReport(findings: [
            DoctorFinding("A", "1"), DoctorFinding("Long", "2", advice: "Mend it."),
            DoctorFinding("Bad", "3", advice: "Mend it now.", status: .problem),
        ])
        #expect(
            report.text == """
                  A     1
                ! Long  2
                        -> Mend it.
                x Bad   3
                        -> Mend it now.

                1 problem, 1 piece of advice.
                """)
        #expect(DoctorReport(findings: [DoctorFinding("A", "1")]).text == "  A  1\n\nAll is well.")
    }

    @Test func aLibTorchThatCannotBeLoadedIsAProblem() {
        let finding = Doctor.withoutLibTorch(UserError("is of another version", at: "/t", remedy: "Build again."))
        #expect(finding.value == "/t: is of another version" && finding.advice == "Build again.")
        #expect(finding.status == .problem)
    }

    @Test func moreThreadsThanCoresAreTooMany() {
        let passive = ["OMP_WAIT_POLICY": "passive"]
        #expect(Doctor.threads(8, cores: 2, environment: passive).advice?.contains("OMP_NUM_THREADS=2") == true)
        #expect(Doctor.threads(2, cores: 2, environment: passive).status == .ok)
        #expect(Doctor.threads(1, cores: 2, environment: [:]).status == .ok)
        #if os(Linux)
            let active = Doctor.threads(2, cores: 2, environment: ["OMP_WAIT_POLICY": "ACTIVE"])
            #expect(active.advice?.contains("OMP_WAIT_POLICY") == true)
            #expect(Doctor.threads(2, cores: 2, environment: [:]).status == .ok)
        #endif
    }

    @Test func coresNameTheQuota() {
        #expect(Doctor.cores(allowed: 4, limit: nil).value == "4")
        #expect(Doctor.cores(allowed: 4, limit: 8).value == "4")
        #expect(Doctor.cores(allowed: 4, limit: 1.5).value.hasPrefix("1.5 of 4"))
    }

    @Test func unusedVectorInstructionsAreAdvice() {
        #expect(Doctor.processor(flags: ["avx512f"], capability: "AVX2").status == .advice)
        #expect(Doctor.processor(flags: ["avx512f", "amx_bf16"], capability: "AVX512").status == .ok)
        #expect(Doctor.processor(flags: ["avx2"], capability: "AVX2").status == .ok)
        #expect(Doctor.processor(flags: ["avx512_bf16"], capability: "AVX512").value.contains("AVX512-BF16"))
        #expect(Doctor.processor(flags: ["avx512_bf16", "amx_bf16"], capability: "AVX512").value.contains("(AMX)"))
    }

    @Test func kernelsAreNamed() {
        #expect(Doctor.kernels(float32: true, bfloat16: true).value.hasPrefix("float32, bfloat16,"))
        #expect(Doctor.kernels(float32: true, bfloat16: true).status == .ok)
        let slow = Doctor.kernels(float32: true, bfloat16: false)
        #expect(slow.value.hasPrefix("float32,") && slow.advice?.contains("AVX512-BF16 or AMX") == true)
        #expect(Doctor.kernels(float32: false, bfloat16: false).status == .advice)
    }

    @Test func aGPUWithoutCUDAInLibTorchIsAdvice() {
        let gpu = CUDADriver.Device(name: "H100", memory: 80 << 30)
        #expect(Doctor.accelerators(cuda: 0, mps: 0, driver: [gpu]).map(\.status) == [.advice])
        #expect(Doctor.accelerators(cuda: 0, mps: 0, driver: []).map(\.status) == [.ok])
        let found = Doctor.accelerators(cuda: 2, mps: 0, driver: [gpu])
        #expect(found.map(\.value) == ["H100, 80.0 GB", "name unknown"])
    }

    @Test func scarceSpaceIsAdvice() {
        #expect(Doctor.memory(total: 8 << 30, available: 1 << 30, note: "").status == .advice)
        #expect(Doctor.memory(total: 8 << 30, available: 4 << 30, note: "").value == "4.0 GB of 8.0 GB available")
        #expect(Doctor.disk(free: 1 << 30, path: "/d", isWritable: true).status == .advice)
        #expect(Doctor.disk(free: 100 << 30, path: "/d", isWritable: true).status == .ok)
        #expect(Doctor.disk(free: 100 << 30, path: "/d", isWritable: false).status == .advice)
        #expect(Doctor.disk(of: URL(filePath: "/nowhere/at/all")).status == .problem)
    }
}
