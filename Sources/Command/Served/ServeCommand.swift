import ArgumentParser
import Files
import Foundation
import IISAN
import Logging
import Server
import Synchronization

/// `iisan serve`: a trained run over HTTP.
struct ServeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Serve a trained run over HTTP: recommendations with reasons, new items, events, and a page to look at.",
        discussion: """
            The server answers at http://127.0.0.1:8080/ unless the section serve of the run's configuration, or --set, says otherwise. \
            What comes in, changed items, pictures and events, is kept beside the run, in RUN.served, and is there again when the server \
            is started again, also with another run in the same place. Its routes are described at /openapi.json.

              iisan serve runs/demo
              iisan serve runs/demo --set serve.port=8081
              curl -s 127.0.0.1:8080/v1/recommend -H 'content-type: application/json' -d '{"history": ["12", "7"]}'

            SIGHUP and POST /v1/admin/reload open the run that is in the folder by now in place of the one that answers. SIGTERM and \
            Ctrl-C end the requests under way first, for at most serve.grace seconds; Ctrl-C again stops at once.
            """)

    @Argument(help: ArgumentHelp("The run's folder.", valueName: "run"), completion: .directory)
    var folder: String

    @Option(
        name: .customLong("set"), parsing: .singleValue,
        help: ArgumentHelp("A setting in place of the run's, as serve.port=8081; may be repeated.", valueName: "setting=value"))
    var overrides: [String] = []

    @Flag(help: "A line on standard error for each request.")
    var verbose = false

    func run() throws {
        let served = try ServedFolder(URL(filePath: folder), overrides: overrides)
        var settings = served.settings
        let connections = OpenFiles.raise(for: settings.connections)
        if connections < settings.connections {
            Output.tell("no more than \(connections) connections at a time: more files may not be open here (ulimit -Hn)")
            settings.connections = connections
        }
        let state = ServerState(settings, backups: served.backups)
        var logger = Logger(label: "iisan") { _ in MessageLog() }
        logger.logLevel = verbose ? .debug : .notice
        let server = try ServerApplication(state, logger: logger)
        let stopping = SecondInterrupt()
        defer { stopping.cancel() }
        try Blocking.wait {
            try await server.run {
                try await served.open { Output.tell($0) }
            } opened: {
                // The system gives a port while the model is opened.
                while state.port == 0 { try await Task.sleep(for: .milliseconds(10)) }
                let address = "http://\(served.settings.shownHost):\(state.port)/"
                if let url = URL(string: address) { served.announce(url) }
                try Output.result(address)
            }
        }
        served.withdraw()
    }
}

extension ServeSettings {
    /// The address as a URL has it.
    fileprivate var shownHost: String { host.contains(":") ? "[\(host)]" : host }
}

/// Ends the process at the second Ctrl-C or SIGTERM, while the first is obeyed.
private final class SecondInterrupt {
    private final class Count: Sendable {
        let value = Atomic(0)
    }

    private let sources: [any DispatchSourceSignal]

    init() {
        let count = Count()
        sources = [SIGINT, SIGTERM].map { number in
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler {
                if count.value.add(1, ordering: .relaxed).oldValue > 0 { _exit(128 + number) }
            }
            source.resume()
            return source
        }
    }

    func cancel() { sources.forEach { $0.cancel() } }
}

/// Lines of a log as messages of the command.
private struct MessageLog: LogHandler {
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.notice

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let all = metadata.merging(event.metadata ?? [:]) { $1 }
        let fields = all.sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }.joined()
        let time = Date().formatted(.iso8601)
        Output.tell("\(time) \(event.level): \(event.message)\(fields)")
    }
}
