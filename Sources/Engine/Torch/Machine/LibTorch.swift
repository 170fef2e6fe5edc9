import CTorch
package import Files
import Foundation

/// The LibTorch that is loaded.
package enum LibTorch {
    /// Loads LibTorch, which otherwise the first use of a tensor does; that takes a fifth of a second.
    ///
    /// - Throws: ``UserError`` when it is not found, or is of another major or minor version than it was built for: operators would
    ///   silently compute wrong values. The first use of a tensor would stop the program instead.
    package static func load() throws(UserError) { _ = try functions.get() }

    /// The version this program was built for, as in `2.13.0`.
    package static var version: String { String(cString: ctorch.version_text()) }

    /// The file of the loaded library.
    package static var path: String { String(cString: ctorch.library_path()) }

    /// The vector instructions LibTorch uses here, as in `AVX512`.
    package static var capability: String { String(cString: ctorch.cpu_capability()) }

    /// How many threads one operation may use, 1 to 1024.
    ///
    /// Another number is refused as an operation on tensors is: it stops the program with a message, or is thrown at the end of
    /// ``withTensorErrors(_:)``; the number stays as it was.
    package static var threads: Int {
        get { Int(ctorch.thread_count()) }
        set { if !ctorch.set_thread_count(Int32(clamping: newValue)) { Failure.report() } }
    }

    /// Lets the process keep freed memory for later tensors, up to 256 MB.
    ///
    /// glibc otherwise gives every large piece back to the system when it is freed, and the next tensor's pages are cleared again: that can
    /// take as long as the work on them. To be called once, at the start of a program.
    package static func keepFreedMemory() { ctorch.keep_freed_memory() }
}

/// The functions of the C interface; the first use loads LibTorch.
///
/// What needs no tensor never waits for it. ``LibTorch/load()`` comes before where a failure is to be an error of the user's.
let ctorch: CTorchFunctions = {
    do { return try LibTorch.functions.get() } catch { fatalError("\(error)") }
}()

extension LibTorch {
    /// The functions, or why there are none.
    static let functions = Result { () throws(UserError) in try functions(of: library) }

    #if canImport(Darwin)
        private static let library = "@rpath/libCTorch.dylib"
    #else
        private static let library = "libCTorch.so"
    #endif

    private static let buildAgain = "Build again: make build, or swift build without --product."

    /// Loads the library of the C interface, and LibTorch with it.
    ///
    /// - Parameter library: what the system's loader looks for, beside the program among others.
    static func functions(of library: String) throws(UserError) -> CTorchFunctions {
        // Threads of GNU's OpenMP otherwise spin for long while they wait: with anything else running on the machine, what takes a
        // millisecond then takes twenty. Spinning for some microseconds bridges the pauses between operations. It reads this once, when
        // it is loaded; what the user has set stays.
        if getenv("OMP_WAIT_POLICY") == nil { setenv("GOMP_SPINCOUNT", "10000", 0) }
        guard let handle = dlopen(library, RTLD_LAZY | RTLD_LOCAL) else {
            throw UserError(
                "LibTorch cannot be loaded: \(dlerror().map { String(cString: $0) } ?? "for an unknown reason")",
                remedy: "\(library) has to lie beside the program, and LibTorch where it was when it was built. \(buildAgain)")
        }
        let functions = try functions(at: dlsym(handle, "ctorch_functions"), of: library)
        try check(
            compiled: functions.compiled_version(), loaded: functions.loaded_version(),
            path: String(cString: functions.library_path()))
        // On GPUs cuDNN's attention makes a plan for each shape that it has not met, which takes longer than a step, and batches of titles
        // have other shapes in every step.
        functions.avoid_plans()
        return functions
    }

    /// The functions of a table, once its first field has said that it is the one this program knows.
    static func functions(at table: UnsafeRawPointer?, of library: String) throws(UserError) -> CTorchFunctions {
        guard let table, strcmp(table.load(as: UnsafePointer<CChar>.self), ctorch_signatures()) == 0 else {
            throw UserError("was built from other sources than this program", at: library, remedy: buildAgain)
        }
        return table.load(as: CTorchFunctions.self)
    }

    /// Another LibTorch than the one it was built for would silently compute wrong values.
    ///
    /// - Parameters:
    ///   - compiled: major * 1000 + minor.
    ///   - loaded: likewise.
    static func check(compiled: Int32, loaded: Int32, path: String) throws(UserError) {
        guard compiled != loaded else { return }
        throw UserError(
            "built for LibTorch \(compiled / 1000).\(compiled % 1000), but \(loaded / 1000).\(loaded % 1000) was loaded",
            at: path, remedy: "Set LD_LIBRARY_PATH to the right one, or build again: make setup build.")
    }
}
