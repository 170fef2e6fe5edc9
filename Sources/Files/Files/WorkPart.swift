import Foundation

/// One of several equal parts of a list of items, each the work of one task of an array job: `17/256` is the seventeenth of 256.
package struct WorkPart: Sendable, Equatable {
    /// Which one, from 1.
    package let number: Int
    /// How many there are.
    package let count: Int

    /// More parts than this have no name.
    package static let most = 99_999

    /// Names a part.
    package init(_ number: Int, of count: Int) {
        precondition((1...Self.most).contains(count) && (1...count).contains(number), "part \(number) of \(count)")
        (self.number, self.count) = (number, count)
    }

    /// All parts of a number of them.
    package static func all(_ count: Int) -> [WorkPart] { (1...count).map { WorkPart($0, of: count) } }

    /// The items of a part: of N those from (k - 1) N / n up to, and without, k N / n.
    package func range(of items: Int) -> Range<Int> {
        // Of products that no integer holds too.
        func bound(_ part: Int) -> Int { items / count * part + items % count * part / count }
        return bound(number - 1)..<bound(number)
    }

    /// The next part; nil after the last.
    package var next: WorkPart? { number < count ? WorkPart(number + 1, of: count) : nil }
}

extension WorkPart: CustomStringConvertible {
    /// As in `part 17 of 256`.
    package var description: String { "part \(number) of \(count)" }

    /// As files and folders are called by it: `00017-of-00256`. Names sort as the parts do.
    package var fileName: String { "\(Self.digits(number))-of-\(Self.digits(count))" }

    /// The part that a file or folder is called by.
    package init?(fileName: some StringProtocol) {
        let words = fileName.split(separator: "-", omittingEmptySubsequences: false)
        guard words.count == 3, words[1] == "of", let number = Int(words[0]), let count = Int(words[2]),
            (1...Self.most).contains(count), (1...count).contains(number)
        else { return nil }
        self.init(number, of: count)
        guard self.fileName == fileName else { return nil }
    }

    private static func digits(_ number: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, 5 - digits.count)) + digits
    }
}

extension WorkPart {
    /// How a launcher tells the tasks of an array apart.
    private struct Launcher {
        /// The variable with the number of a task.
        let variable: String
        /// The number that the first task has.
        let first: Int
        /// What gives an array this many tasks.
        let array: (Int) -> String
    }

    private static var launchers: [Launcher] {
        [
            Launcher(variable: "SLURM_ARRAY_TASK_ID", first: 1) { "Number the tasks from 1: sbatch --array=1-\($0)." },
            Launcher(variable: "JOB_COMPLETION_INDEX", first: 0) { "Give the Job as many completions: completions: \($0)." },
        ]
    }

    /// Reads `17/256`, or `auto/256` for the number that a launcher gives the task: `SLURM_ARRAY_TASK_ID` of `sbatch --array=1-256`, from
    /// 1, or `JOB_COMPLETION_INDEX` of an Indexed Job of Kubernetes, from 0.
    ///
    /// The number of parts is always written: an array that is submitted again for the tasks that failed has another count.
    ///
    /// - Parameters:
    ///   - text: as given on the command line.
    ///   - environment: the variables of the process.
    /// - Throws: ``UserError`` for a text of another form, a part that there is not, and variables that are missing, no number or of two
    ///   launchers.
    package init(_ text: String, environment: [String: String]) throws {
        let place = "--part"
        let words = text.split(separator: "/", omittingEmptySubsequences: false)
        guard words.count == 2, let count = Int(words[1]), (1...Self.most).contains(count) else {
            throw UserError(
                "\(text.quoted) is not of the form k/n, with n from 1 to \(Self.most)", at: place,
                remedy: "Name one of the parts, as 17/256, or auto/256 in a task of an array.")
        }
        var number = Int(words[0])
        var (source, remedy) = ("", "Name one of them.")
        if words[0] == "auto" {
            let launcher = try Self.launcher(in: environment, at: place)
            let value = environment[launcher.variable] ?? ""
            number = Int(value).map { $0 &- launcher.first &+ 1 }
            (source, remedy) = (" (\(launcher.variable)=\(value.bounded))", launcher.array(count))
        }
        guard let number, (1...count).contains(number) else {
            throw UserError(
                "\(text.quoted) is no part\(source): they are 1/\(count) to \(count)/\(count)", at: place, remedy: remedy)
        }
        self.init(number, of: count)
    }

    private static func launcher(in environment: [String: String], at place: String) throws -> Launcher {
        let present = launchers.filter { environment[$0.variable] != nil }
        let remedy = "Write the number of the part, as 17/256."
        guard let launcher = present.first else {
            let names = launchers.map(\.variable).joined(separator: " nor ")
            throw UserError(
                "auto is for the tasks of an array, and neither \(names) is set", at: place, remedy: remedy)
        }
        guard present.count == 1 else {
            throw UserError(
                "\(present.map(\.variable).joined(separator: " and ")) are both set", at: place, remedy: remedy)
        }
        return launcher
    }
}
