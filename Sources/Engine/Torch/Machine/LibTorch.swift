import CTorch
import Files

/// The LibTorch that is loaded.
public enum LibTorch {
    /// Loads LibTorch, which otherwise the first use of a tensor does; that takes a fifth of a second.
    ///
    /// - Throws: ``UserError`` when it is not found, or is of another major or minor version than it was built for: operators would
    ///   silently compute wrong values. The first use of a tensor would stop the program instead.
    public static func load() throws(UserError) { _ = try functions.get() }

    /// The version this program was built for, as in `2.13.0`.
    public static var version: String { String(cString: ctorch.version_text()) }

    /// The file of the loaded library.
    public static var path: String { String(cString: ctorch.library_path()) }

    /// The vector instructions LibTorch uses here, as in `AVX512`.
    public static var capability: String { String(cString: ctorch.cpu_capability()) }

    /// How many threads one operation may use, 1 to 1024.
    ///
    /// Another number is refused as an operation on tensors is: it stops the program with a message, or is thrown at the end of
    /// ``withTensorErrors(_:)``; the number stays as it was.
    public static var threads: Int {
        get { Int(ctorch.thread_count()) }
        set { if !ctorch.set_thread_count(Int32(clamping: newValue)) { Failure.report() } }
    }

    /// Lets the process keep freed memory for later tensors, up to 256 MB.
    ///
    /// glibc otherwise gives every large piece back to the system when it is freed, and the next tensor's pages are cleared anew: that can
    /// take as long as the work on them. To be called once, at the start of a program.
    public static func keepFreedMemory() { ctorch.keep_freed_memory() }
}
