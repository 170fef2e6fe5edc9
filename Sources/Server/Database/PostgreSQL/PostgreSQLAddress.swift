#if PostgreSQL
    import CPostgreSQL
    import Files

    /// Where a PostgreSQL database is, `postgres://user:password@host:port/database`, and how it is reached.
    ///
    /// What is shown of it has neither the user nor the password.
    package struct PostgreSQLAddress: Sendable {
        /// What libpq is given.
        let text: String
        /// The host, the port and the database, for messages.
        let shown: String

        /// Reads an address; what it leaves out libpq takes from its environment (`PGHOST`, `PGPASSFILE` and so on).
        ///
        /// - Throws: ``UserError`` where it is none; it does not repeat the text, which may hold a password.
        package init(_ text: String) throws {
            guard text.hasPrefix("postgres://") || text.hasPrefix("postgresql://"), let options = PQconninfoParse(text, nil)
            else {
                throw UserError(
                    "is not the address of a PostgreSQL database",
                    remedy: "Give it as postgres://user:password@host:port/database, with what is not a letter as %XX.")
            }
            defer { PQconninfoFree(options) }
            var values: [String: String] = [:]
            var option = options
            while let keyword = option.pointee.keyword {
                if let value = option.pointee.val { values[String(cString: keyword)] = String(cString: value) }
                option += 1
            }
            self.text = text
            let host = values["host"] ?? values["hostaddr"] ?? "localhost"
            shown = "PostgreSQL at \(host)\(values["port"].map { ":\($0)" } ?? "")/\(values["dbname"] ?? "")"
        }
    }
#endif
