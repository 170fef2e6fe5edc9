#if PostgreSQL
    import CPostgreSQL
    import Foundation

    /// A value that a statement is given.
    enum PostgreSQLValue {
        case text(String?)
        case integer(Int)
        case flag(Bool)
        case data(Data?)

        /// What is sent; nil is NULL.
        var bytes: Data? {
            switch self {
            case .text(let text): text.map { Data($0.utf8) }
            case .integer(let number): Data("\(number)".utf8)
            case .flag(let flag): Data((flag ? "true" : "false").utf8)
            case .data(let data): data
            }
        }

        /// Whether it is sent as the server keeps it, not as text.
        var isBinary: Bool { if case .data = self { true } else { false } }

        /// A list as JSON, for `json_to_recordset`.
        static func json(_ list: some Encodable) throws -> PostgreSQLValue {
            .text(String(decoding: try JSONEncoder().encode(list), as: UTF8.self))
        }
    }

    /// The rows that a statement gave, in the server's binary form.
    final class PostgreSQLRows {
        private let result: OpaquePointer

        init(_ result: OpaquePointer) { self.result = result }

        deinit { PQclear(result) }

        var count: Int { Int(PQntuples(result)) }

        /// How many rows the statement wrote.
        var written: Int { Int(String(cString: PQcmdTuples(result))) ?? 0 }

        /// The bytes of a value; nil for NULL.
        func data(_ row: Int, _ column: Int) -> Data? {
            guard PQgetisnull(result, Int32(row), Int32(column)) == 0 else { return nil }
            let count = Int(PQgetlength(result, Int32(row), Int32(column)))
            return PQgetvalue(result, Int32(row), Int32(column)).map { Data(bytes: $0, count: count) }
        }

        func text(_ row: Int, _ column: Int) -> String? { data(row, column).map { String(decoding: $0, as: UTF8.self) } }

        /// A `bigint`; nil for NULL.
        func integer(_ row: Int, _ column: Int) -> Int? {
            data(row, column).map { Int(truncatingIfNeeded: $0.reduce(UInt64(0)) { $0 << 8 | UInt64($1) }) }
        }

        func flag(_ row: Int, _ column: Int) -> Bool { data(row, column)?.first == 1 }
    }
#endif
