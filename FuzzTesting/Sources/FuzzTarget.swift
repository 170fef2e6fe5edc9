import Files
import Foundation

/// A reader of bytes that come from elsewhere, and what has to hold whatever they are.
struct FuzzTarget: Sendable {
    /// The name on the command line.
    let name: String
    /// Whole inputs to start from.
    let seeds: @Sendable () throws -> [Data]
    /// Reads an input, which may throw a `UserError` and nothing else.
    let read: @Sendable (UnsafeRawBufferPointer) throws -> Void

    static let all = tokenizers + files + pictures + tables + stores + manifests + captions + requests

    /// Reads an input; an error that is not for the user ends the program.
    func attempt(_ bytes: UnsafeRawBufferPointer) {
        do {
            try read(bytes)
        } catch is UserError {
            // This is what damaged bytes shall end in.
        } catch {
            fatalError("\(name): not a UserError: \(error)")
        }
    }
}

/// Ends the program when a claim does not hold; unlike `precondition` it says which, optimised too.
func claim(_ holds: Bool, _ words: @autoclosure () -> String) {
    if !holds { fatalError(words()) }
}
