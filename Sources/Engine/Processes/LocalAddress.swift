import Files
import Foundation
import Torch

/// How this machine is reached by the others.
enum LocalAddress {
    /// The address that packets to a machine leave from; that machine reaches this one there. `GLOO_SOCKET_IFNAME` names an interface
    /// instead.
    ///
    /// The machine's own name, which LibTorch would look up, is often that of its loopback address.
    ///
    /// - Throws: ``UserError`` for a machine whose name is not known, or that cannot be reached.
    static func facing(_ host: String) throws -> ProcessGroup.Address {
        if let interface = ProcessInfo.processInfo.environment["GLOO_SOCKET_IFNAME"], !interface.isEmpty {
            return .interface(String(interface.split(separator: ",")[0]))
        }
        var hints = addrinfo()
        #if canImport(Darwin)
            hints.ai_socktype = SOCK_DGRAM
        #else
            hints.ai_socktype = Int32(SOCK_DGRAM.rawValue)
        #endif
        var found: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(host, "9", &hints, &found)
        guard code == 0, let first = found else {
            throw UserError(
                "the name of the machine cannot be looked up: \(String(cString: gai_strerror(code)))", at: host,
                remedy: "Give MASTER_ADDR a name or an address that every machine knows.")
        }
        defer { freeaddrinfo(found) }
        // A datagram socket sends nothing by being connected, but then has an address of its own.
        let socket = socket(first.pointee.ai_family, first.pointee.ai_socktype, 0)
        defer { close(socket) }
        var own = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        var name = [CChar](repeating: 0, count: 1025)
        let isFound =
            socket >= 0 && connect(socket, first.pointee.ai_addr, first.pointee.ai_addrlen) == 0
            && withUnsafeMutablePointer(to: &own) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { own in
                    getsockname(socket, own, &length) == 0
                        && getnameinfo(own, length, &name, socklen_t(name.count), nil, 0, NI_NUMERICHOST) == 0
                }
            }
        guard isFound else {
            throw UserError("no way leads to the machine: \(String(cString: strerror(errno)))", at: host)
        }
        return .host(name.withUnsafeBufferPointer { String(cString: $0.baseAddress!) })
    }
}

extension ProcessGroup.Address: CustomStringConvertible {
    package var description: String {
        switch self {
        case .host(let name), .interface(let name): name
        }
    }
}
