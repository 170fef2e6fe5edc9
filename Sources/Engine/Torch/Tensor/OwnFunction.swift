import CTorch

/// What a call of one of our own functions reads: tensors, and lists in memory of their own, which live as long as this.
final class Loan {
    fileprivate private(set) var tensors: [Tensor] = []
    private var lists: [UnsafeMutableRawPointer] = []

    deinit { for list in lists { list.deallocate() } }

    /// The handle of a tensor.
    func callAsFunction(_ tensor: Tensor) -> CTorchTensor {
        tensors.append(tensor)
        return tensor.withHandle { $0 }
    }

    /// The handle of a tensor, null for nil.
    func callAsFunction(_ tensor: Tensor?) -> CTorchTensor? { tensor.map { self($0) } }

    /// The handles of several tensors.
    func callAsFunction(_ tensors: [Tensor]) -> UnsafePointer<CTorchTensor> { list(tensors.map { self($0) }) }

    /// Elements one after the other.
    func list<Element: BitwiseCopyable>(_ elements: [Element]) -> UnsafePointer<Element> {
        let memory = UnsafeMutablePointer<Element>.allocate(capacity: elements.count)
        memory.initialize(from: elements, count: elements.count)
        lists.append(UnsafeMutableRawPointer(memory))
        return UnsafePointer(memory)
    }
}

extension Tensor {
    /// The result of one of our own functions, which are for tensors on the processor.
    ///
    /// - Parameters:
    ///   - name: what a refusal calls the function.
    ///   - arguments: puts together what the function takes.
    ///   - function: calls it.
    static func computed<Arguments>(
        by name: String, _ arguments: (Loan) -> Arguments, _ function: (Arguments) -> CTorchTensor?
    ) -> Tensor {
        let loan = Loan()
        return withExtendedLifetime(loan) {
            let arguments = arguments(loan)
            // What follows from a failure is none of its own.
            if loan.tensors.contains(where: \.isMissing) { return .missing() }
            if loan.tensors.contains(where: \.isOnStandIn) {
                Failure.report("\(name) is for tensors on the processor, not on \(Device.standIn)")
                return .missing()
            }
            guard let result = function(arguments) else {
                Failure.report()
                return .missing()
            }
            return Tensor(owning: result)
        }
    }
}
