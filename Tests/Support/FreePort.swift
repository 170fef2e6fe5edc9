import Foundation

/// A port of the loopback interface that nobody listened at a moment ago.
package func freePort() -> Int {
    #if canImport(Darwin)
        let stream = SOCK_STREAM
    #else
        let stream = Int32(SOCK_STREAM.rawValue)
    #endif
    let listener = socket(AF_INET, stream, 0)
    defer { close(listener) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    return withUnsafeMutablePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { own in
            _ = bind(listener, own, length)
            _ = getsockname(listener, own, &length)
        }
        return Int(UInt16(bigEndian: pointer.pointee.sin_port))
    }
}
