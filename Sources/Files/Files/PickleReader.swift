/// Reads a pickle as data: the few instructions that `torch.save` writes for tensors, lists and dictionaries of them.
///
/// A pickle is a program for a machine with a stack. Here no class or function is ever looked up or called: the handful of names that
/// make tensors are known by heart, and every other name and instruction is an error that names it.
struct PickleReader {
    var contents = PickleContents()
    var stack: [PickleValue] = []
    private var marks: [Int] = []
    private var memo: [Int: PickleValue] = [:]
    private let bytes: UnsafeRawBufferPointer
    private var position = 0
    let place: String

    /// Reads a whole pickle.
    ///
    /// - Parameters:
    ///   - bytes: the pickle.
    ///   - place: the file's name in errors.
    /// - Throws: ``UserError`` for any name or instruction that is not of a tensor, and for a pickle that is damaged or cut off.
    static func read(_ bytes: UnsafeRawBufferPointer, place: String) throws -> PickleContents {
        var reader = PickleReader(bytes, place: place)
        while try reader.step() {}
        reader.contents.root = try reader.pop()
        return reader.contents
    }

    private init(_ bytes: UnsafeRawBufferPointer, place: String) {
        self.bytes = bytes
        self.place = place
    }

    /// Carries out an instruction.
    ///
    /// - Returns: false after the last one.
    private mutating func step() throws -> Bool {
        let code = try take(1)[0]
        switch UInt8(code) {
        case 0x80: _ = try take(1)  // PROTO
        case 0x95: _ = try take(8)  // FRAME
        case UInt8(ascii: "("): marks.append(stack.count)
        case UInt8(ascii: "."): return false
        case UInt8(ascii: "N"): stack.append(.none)
        case 0x88: stack.append(.truth(true))
        case 0x89: stack.append(.truth(false))
        case UInt8(ascii: "J"): stack.append(.whole(Int(Int32(truncatingIfNeeded: try number(4)))))
        case UInt8(ascii: "K"): stack.append(.whole(try number(1)))
        case UInt8(ascii: "M"): stack.append(.whole(try number(2)))
        case 0x8A: stack.append(.whole(try long()))
        case UInt8(ascii: "G"):
            let bits = try take(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            stack.append(.real(Double(bitPattern: bits)))
        case UInt8(ascii: "X"): stack.append(.text(try text(try number(4))))
        case 0x8C: stack.append(.text(try text(try number(1))))
        case UInt8(ascii: "]"), UInt8(ascii: ")"): pushSequence([])
        case UInt8(ascii: "t"): pushSequence(try popMarked())
        case 0x85...0x87: pushSequence(try popLast(Int(code) - 0x84))
        case UInt8(ascii: "a"): try append(try popLast(1))
        case UInt8(ascii: "e"): try append(try popMarked())
        case UInt8(ascii: "}"): pushDictionary()
        case UInt8(ascii: "s"): try set(try popLast(2))
        case UInt8(ascii: "u"): try set(try popMarked())
        case UInt8(ascii: "q"): memo[try number(1)] = try top()
        case UInt8(ascii: "r"): memo[try number(4)] = try top()
        case 0x94: memo[memo.count] = try top()
        case UInt8(ascii: "h"): stack.append(try remembered(try number(1)))
        case UInt8(ascii: "j"): stack.append(try remembered(try number(4)))
        case UInt8(ascii: "c"): stack.append(.global(try line() + "." + line()))
        case 0x93: try pushGlobal()
        case UInt8(ascii: "R"): try call()
        case UInt8(ascii: "Q"): try pushStorage()
        // The state of an ordered dictionary: notes on versions, which are unusable here.
        case UInt8(ascii: "b"): _ = try popLast(1)
        default: throw error("the instruction \(code) at byte \(position - 1) is not one of those that make tensors")
        }
        return true
    }

    mutating func pushSequence(_ values: [PickleValue]) {
        contents.sequences.append(values)
        stack.append(.sequence(contents.sequences.count - 1))
    }

    mutating func pushDictionary() {
        contents.dictionaries.append([])
        stack.append(.dictionary(contents.dictionaries.count - 1))
    }

    private mutating func append(_ values: [PickleValue]) throws {
        guard case .sequence(let index) = try top() else { throw damaged() }
        contents.sequences[index] += values
    }

    private mutating func set(_ values: [PickleValue]) throws {
        guard case .dictionary(let index) = try top(), values.count % 2 == 0 else { throw damaged() }
        for position in stride(from: 0, to: values.count, by: 2) {
            contents.dictionaries[index].append((values[position], values[position + 1]))
        }
    }

    private mutating func pushGlobal() throws {
        let names = try popLast(2)
        guard case .text(let module) = names[0], case .text(let name) = names[1] else { throw damaged() }
        stack.append(.global(module + "." + name))
    }

    private func remembered(_ index: Int) throws -> PickleValue {
        guard let value = memo[index] else { throw damaged() }
        return value
    }

    private func top() throws -> PickleValue {
        guard let value = stack.last, stack.count > (marks.last ?? 0) else { throw damaged() }
        return value
    }

    mutating func pop() throws -> PickleValue { try popLast(1)[0] }

    private mutating func popLast(_ count: Int) throws -> [PickleValue] {
        guard stack.count - (marks.last ?? 0) >= count else { throw damaged() }
        defer { stack.removeLast(count) }
        return Array(stack.suffix(count))
    }

    private mutating func popMarked() throws -> [PickleValue] {
        guard let mark = marks.popLast() else { throw damaged() }
        defer { stack.removeLast(stack.count - mark) }
        return Array(stack[mark...])
    }

    private mutating func take(_ count: Int) throws -> UnsafeRawBufferPointer {
        guard count >= 0, count <= bytes.count - position else { throw error("the pickle is cut off") }
        defer { position += count }
        return UnsafeRawBufferPointer(rebasing: bytes[position..<position + count])
    }

    /// A number without sign, the least significant byte first.
    private mutating func number(_ count: Int) throws -> Int {
        try take(count).reversed().reduce(0) { $0 << 8 | Int($1) }
    }

    /// A whole number with sign of up to 8 bytes.
    private mutating func long() throws -> Int {
        let count = try number(1)
        guard count <= 8 else { throw error("a whole number has \(count) bytes") }
        let digits = try take(count)
        let isNegative = (digits.last ?? 0) & 0x80 != 0
        return digits.reversed().reduce(isNegative ? -1 : 0) { $0 << 8 | Int($1) }
    }

    private mutating func text(_ count: Int) throws -> String { String(decoding: try take(count), as: UTF8.self) }

    private mutating func line() throws -> String {
        guard let end = bytes[position...].prefix(256).firstIndex(of: UInt8(ascii: "\n")) else { throw damaged() }
        let name = try text(end - position)
        position += 1
        return name
    }

    func damaged() -> UserError { error("the pickle is damaged before byte \(position)") }

    func error(_ problem: String) -> UserError {
        UserError(
            problem, at: place,
            remedy: "Save the tensors alone: torch.save of a tensor, a list or a dictionary of tensors, or safetensors.")
    }
}
