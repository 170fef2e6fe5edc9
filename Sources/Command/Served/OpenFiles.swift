import Foundation

/// How many files this process may have open, connections among them.
enum OpenFiles {
    /// What a server has open besides its connections: the run's files, the database's, those that are read and written meanwhile.
    static let others = 256

    /// Raises the limit as far as a server needs it and the system lets it.
    ///
    /// Where a connection cannot be opened because too many files are, neither can anything else, and whoever waits for one is asked for
    /// again and again: connections have to end before files do.
    ///
    /// - Parameter connections: how many connections are wanted.
    /// - Returns: how many there may be, at least 1.
    static func raise(for connections: Int) -> Int {
        var limit = rlimit()
        #if os(Linux)
            let kind = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        #else
            let kind = RLIMIT_NOFILE
        #endif
        guard getrlimit(kind, &limit) == 0 else { return connections }
        let wanted = rlim_t(connections + others)
        if limit.rlim_cur < wanted {
            var raised = limit
            raised.rlim_cur = min(wanted, limit.rlim_max)
            if setrlimit(kind, &raised) == 0 { limit = raised }
        }
        return possible(connections, files: Int(clamping: limit.rlim_cur))
    }

    /// How many of some connections there may be among so many files.
    static func possible(_ connections: Int, files: Int) -> Int {
        // Of few files connections get a half: what is open besides them is no less there.
        max(1, min(connections, files - min(others, files / 2)))
    }
}
