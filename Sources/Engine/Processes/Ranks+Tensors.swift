import Files
package import Foundation
package import Torch

extension Ranks {
    /// The bytes of rank 0, in every process.
    ///
    /// - Throws: `LostProcess` when another does not take part.
    package func shared(_ bytes: Data) throws -> Data {
        let length = Tensor([Int64(bytes.count)])
        try group.broadcast(length)
        let count = Int(length.array(of: Int64.self)[0])
        guard (0...1 << 30).contains(count) else { throw LostProcess(reason: "rank 0 sends \(count) bytes") }
        let all = Tensor(isFirst ? [UInt8](bytes) : [UInt8](repeating: 0, count: count))
        try group.broadcast(all)
        return Data(all.array(of: UInt8.self))
    }

    /// Gives every process the tensors of rank 0, in place; all have the same ones in the same order.
    ///
    /// - Throws: `LostProcess` when another does not take part.
    package func share(_ tensors: [Tensor]) throws {
        try withoutGradients {
            for tensor in tensors where tensor.count > 0 {
                let own = tensor.detached().to(.cpu).clone()
                try group.broadcast(own)
                if !isFirst { tensor.copy(from: own) }
            }
        }
    }

    /// Looks whether tensors are the same to the last bit in all processes.
    ///
    /// - Throws: ``UserError`` that names the ranks whose tensors are not those of rank 0; `LostProcess` when another does not take part.
    package func checkEqual(_ tensors: [Tensor]) throws {
        var hash = ContentHash()
        for tensor in tensors { tensor.withBytes { hash.update($0) } }
        let all = try group.gathered(Tensor(Array(hash.digits.utf8))).array(of: UInt8.self)
        let length = all.count / size
        let others = (1..<size).filter { all[$0 * length..<($0 + 1) * length] != all[..<length] }
        guard others.isEmpty else {
            throw UserError(
                "the parameters of rank \(others.map(String.init).joined(separator: ", ")) are not those of rank 0 any more",
                remedy: "Machines that compute different numbers cannot train together: start all on machines of one kind.")
        }
    }
}
