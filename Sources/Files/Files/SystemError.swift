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

    /// An error of Foundation's about a file, in the words of the system: Foundation's own are often but a number.
    ///
    /// - Parameters:
    ///   - action: what was tried, as in "could not list the folder".
    ///   - path: the file it was tried on.
    package static func system(_ action: String, at path: String, error: any Error) -> UserError {
        // In Foundation for Linux the cause is no `NSError` until it is made one.
        if let cause = ((error as NSError).userInfo[NSUnderlyingErrorKey] as? any Error).map({ $0 as NSError }),
            cause.domain == NSPOSIXErrorDomain
        {
            return system(action, at: path, code: Int32(cause.code))
        }
        return UserError("\(action): \(error.localizedDescription)", at: path)
    }
}
