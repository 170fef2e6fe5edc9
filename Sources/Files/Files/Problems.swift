/// What a look over many settings or files found: every problem, not the first alone, so that one reading is enough to correct all.
package struct Problems {
    /// In the order in which they were found.
    package private(set) var all: [UserError] = []

    /// None.
    package init() {}

    /// Notes a problem unless something holds.
    package mutating func require(
        _ holds: Bool, _ problem: @autoclosure () -> String, at place: String? = nil, remedy: @autoclosure () -> String? = nil
    ) {
        if !holds { add(UserError(problem(), at: place, remedy: remedy())) }
    }

    /// Notes a problem; one that is known already stays one.
    package mutating func add(_ problem: UserError) {
        if !all.contains(problem) { all.append(problem) }
    }

    /// Notes the problems of another look.
    package mutating func add(all others: Problems) {
        for problem in others.all { add(problem) }
    }

    /// Notes the problems of a section, whose places count from it.
    package mutating func add(_ others: Problems, below section: String) {
        for problem in others.all { add(problem.below(section)) }
    }

    /// Does something, and notes the ``UserError`` that it throws.
    ///
    /// - Parameter place: where the error is when it does not say; nil leaves it as it is.
    /// - Returns: the result; nil where there is none.
    /// - Throws: what is no ``UserError``.
    @discardableResult
    package mutating func collect<Result>(at place: String? = nil, _ body: () throws -> Result) throws -> Result? {
        do { return try body() } catch var error as UserError {
            if error.place == nil { error.place = place }
            add(error)
            return nil
        }
    }

    /// Throws what was found, several problems as one error.
    ///
    /// - Throws: ``UserError``.
    package func check() throws {
        guard let first = all.first else { return }
        if all.count == 1 { throw first }
        let list = all.map { "\n  - \($0.description.replacing("\n", with: "\n    "))" }.joined()
        throw UserError("\(all.count) problems were found, and nothing was done yet:\(list)")
    }
}

extension UserError {
    /// The error with a place that counts from above a section: `heads` below `train.user_encoder` is `train.user_encoder.heads`.
    package func below(_ section: String) -> UserError {
        var error = self
        error.place = place.map { "\(section).\($0)" } ?? section
        return error
    }
}
