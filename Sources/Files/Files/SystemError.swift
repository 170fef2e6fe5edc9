import Foundation

extension UserError {
    /// The error of the system call that just failed, from `errno`.
    ///
    /// - Parameters:
    ///   - action: what was tried, as in "could not open the file".
    ///   - path: the file it was tried on.
    public static func system(_ action: String, at path: String, code: Int32 = errno) -> UserError {
        let remedy: String? =
            switch code {
            case ENOSPC, EDQUOT: "Free some space on this disk or choose another folder; nothing was left behind."
            case ENOENT: "Check the path."
            case EACCES, EPERM, EROFS: "Check who may read and write here."
            case EMFILE, ENFILE: "Raise the limit of open files (ulimit -n)."
            default: nil
            }
        return UserError("\(action): \(String(cString: strerror(code)))", at: path, remedy: remedy)
    }
}
