import CTorch
import Files

/// The LibTorch that is loaded.
public enum LibTorch {
    /// Stops a program that would run on another LibTorch than it was built for: operators would silently compute wrong values.
    ///
    /// - Throws: ``UserError`` when the compiled and the loaded library differ in their major or minor version.
    public static func requireMatchingVersion() throws {
        let (compiled, loaded) = (ctorch_compiled_version(), ctorch_loaded_version())
        guard compiled != loaded else { return }
        throw UserError(
            "built for LibTorch \(compiled / 1000).\(compiled % 1000), but \(loaded / 1000).\(loaded % 1000) was loaded",
            at: path,
            remedy: "Set LD_LIBRARY_PATH to the right one, or build again: make setup && swift build.")
    }

    /// The version this program was built for, as in `2.13.0`.
    public static var version: String { String(cString: ctorch_version_text()) }

    /// The version that is loaded, as in `2.13`: the library says no more of itself.
    public static var loadedVersion: String {
        let version = ctorch_loaded_version()
        return "\(version / 1000).\(version % 1000)"
    }

    /// The file of the loaded library.
    public static var path: String { String(cString: ctorch_library_path()) }

    /// The vector instructions LibTorch uses here, as in `AVX512`.
    public static var capability: String { String(cString: ctorch_cpu_capability()) }

    /// How many threads one operation may use.
    public static var threads: Int {
        get { Int(ctorch_thread_count()) }
        set { ctorch_set_thread_count(Int32(newValue)) }
    }

    /// Lets the process keep freed memory for later tensors, up to 256 MB.
    ///
    /// glibc otherwise gives every large piece back to the system when it is freed, and the next tensor's pages are cleared anew: that can
    /// take as long as the work on them. To be called once, at the start of a program.
    public static func keepFreedMemory() { ctorch_keep_freed_memory() }
}
