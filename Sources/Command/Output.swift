import ArgumentParser
import Files
import Foundation

/// What the command writes: results on standard output, and messages meanwhile on standard error.
///
/// Nothing else in the program writes to either, so that a closed pipe or a full disk behind them never ends work that is under way.
enum Output {
    /// Prints a result; control characters of data in it are shown, not sent.
    ///
    /// - Throws: ``UserError`` when it cannot be written. Whoever prints has done and kept the work before.
    static func result(_ text: String, terminator: String = "\n") throws {
        try result(
            Array((text.showingControls + terminator).utf8),
            remedy: "The work is done and what it made is kept; what is printed here is lost.")
    }

    /// Prints bytes of a form in which control characters of data are escaped already.
    ///
    /// - Throws: ``UserError`` when they cannot be written.
    static func result(_ bytes: [UInt8], remedy: String? = nil) throws {
        guard let code = write(Data(bytes), to: STDOUT_FILENO) else { return }
        throw UserError(
            "the result could not be written: \(String(cString: strerror(code)))", at: "standard output", remedy: remedy)
    }

    /// Tells a line; it is lost where nobody can hear it.
    static func tell(_ text: String) { _ = write(Data("\(text.showingControls)\n".utf8), to: STDERR_FILENO) }

    /// Writes to standard error as it is, to move a terminal's cursor; it is lost where nobody can see it.
    static func draw(_ text: String) { _ = write(Data(text.utf8), to: STDERR_FILENO) }

    /// Lets a write to a closed pipe be an error of that write instead of the end of the program, and keeps the numbers of streams that
    /// were closed from the start: a file that got one of them would receive the messages.
    static func outlivesItsReaders() {
        signal(SIGPIPE, SIG_IGN)
        // A file that grows beyond a limit of its size is an error of the write, not the end of the process.
        signal(SIGXFSZ, SIG_IGN)
        for stream in STDIN_FILENO...STDERR_FILENO where fcntl(stream, F_GETFD) < 0 {
            // The lowest free number is this one; nothing can be written through it.
            _ = open("/dev/null", O_RDONLY)
        }
    }

    /// Writes all bytes.
    ///
    /// - Returns: the system's error where it cannot; nil where all is written.
    private static func write(_ data: Data, to descriptor: Int32) -> Int32? {
        data.withUnsafeBytes { bytes in
            var rest = bytes[...]
            while !rest.isEmpty {
                let written = Foundation.write(descriptor, rest.base.baseAddress! + rest.startIndex, rest.count)
                if written > 0 {
                    rest = rest.dropFirst(written)
                } else if errno == EAGAIN {
                    // Whoever else holds the stream may have made it one that does not wait.
                    var wanted = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                    poll(&wanted, 1, 1000)
                } else if errno != EINTR {
                    return errno
                }
            }
            return nil
        }
    }
}

/// How results are printed.
enum OutputFormat: String, CaseIterable, ExpressibleByArgument {
    /// For people.
    case text
    /// For machines.
    case json

    /// Prints a result in this form.
    ///
    /// - Throws: ``UserError`` when it cannot be written.
    func print(_ value: some Encodable, text: @autoclosure () throws -> String) throws {
        switch self {
        case .text: try Output.result(text())
        case .json:
            try Output.result(
                String(decoding: JSONFile.encode(value), as: UTF8.self).showingControlsOfJSON, terminator: "")
        }
    }
}

/// The option `--format`.
struct OutputOptions: ParsableArguments {
    @Option(help: "How the result is printed: text or json.")
    var format = OutputFormat.text
}
