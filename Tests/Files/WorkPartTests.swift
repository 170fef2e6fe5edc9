import Files
import TestSupport
import Testing

@Suite struct WorkPartTests {
    @Test func partsHoldEveryItemOnceAndAreEqualButForOne() {
        var random = SeededGenerator(seed: 3)
        for _ in 0..<200 {
            let count = Int.random(in: 1...300, using: &random)
            let items = Int.random(in: count...5000, using: &random)
            var next = 0
            for part in WorkPart.all(count) {
                let range = part.range(of: items)
                #expect(range.lowerBound == next && range.lowerBound == (part.number - 1) * items / count)
                #expect((items / count...items / count + 1).contains(range.count))
                next = range.upperBound
            }
            #expect(next == items)
        }
        #expect(WorkPart(99_999, of: 99_999).range(of: .max).upperBound == .max)
    }

    @Test func namesSortAsPartsDoAndAreRead() {
        let names = WorkPart.all(12_345).map(\.fileName)
        #expect(names == names.sorted() && names[16] == "00017-of-12345")
        #expect(names.map { WorkPart(fileName: $0)?.number } == Array(1...12_345))
        for name in [
            "17-of-12345", "00000-of-00004", "00005-of-00004", "00001-of-00004.building", "00001-of-+0004", "", "a-of-b",
        ] {
            #expect(WorkPart(fileName: name) == nil, "\(name)")
        }
    }

    @Test func aPartIsNamedByHandOrByTheArraysTask() throws {
        #expect(try WorkPart("17/256", environment: ["JOB_COMPLETION_INDEX": "3"]) == WorkPart(17, of: 256))
        let slurm = ["SLURM_ARRAY_TASK_ID": "17", "SLURM_ARRAY_TASK_COUNT": "2", "SLURM_ARRAY_TASK_MIN": "17"]
        #expect(try WorkPart("auto/256", environment: slurm) == WorkPart(17, of: 256))
        #expect(try WorkPart("auto/256", environment: ["JOB_COMPLETION_INDEX": "0"]) == WorkPart(1, of: 256))
        #expect(try WorkPart("auto/256", environment: ["JOB_COMPLETION_INDEX": "255"]) == WorkPart(256, of: 256))
    }

    @Test(
        arguments: [
            ("3", [:], "k/n"), ("a/4", [:], "1/4 to 4/4"), ("0/4", [:], "1/4"), ("5/4", [:], "1/4"), ("1/0", [:], "k/n"),
            ("1/100000", [:], "k/n"), ("1/2/3", [:], "k/n"), ("auto", [:], "k/n"), ("auto/4", [:], "SLURM_ARRAY_TASK_ID"),
            ("auto/4", ["SLURM_ARRAY_TASK_ID": "0"], "--array=1-4"), ("auto/4", ["SLURM_ARRAY_TASK_ID": ""], "--array=1-4"),
            ("auto/4", ["JOB_COMPLETION_INDEX": "4"], "completions: 4"),
            ("auto/4", ["JOB_COMPLETION_INDEX": "9223372036854775807"], "completions: 4"),
            ("auto/4", ["JOB_COMPLETION_INDEX": "1", "SLURM_ARRAY_TASK_ID": "1"], "both set"),
        ] as [(String, [String: String], String)])
    func whatIsNoPartIsRefused(_ text: String, _ environment: [String: String], _ says: String) throws {
        let error = try #require(throws: UserError.self) { try WorkPart(text, environment: environment) }
        #expect(error.description.contains(says), "\(error)")
    }
}
