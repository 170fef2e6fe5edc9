import Foundation

extension BadInput {
    /// States of other programs that cannot be taken over; the shop has 100 items.
    static let importedStates: [BadInput] = [
        states("States that are not there", "states.npy", says: ["states.npy"]) { _ in },
        states("States in a file of another kind", "states.csv", says: ["states.csv", ".npy"]) {
            try $0.write("0.1,0.2\n", to: "states.csv")
        },
        states("States in a web page named .npy", "states.npy", says: ["states.npy"]) {
            try $0.write("<!DOCTYPE html>\n<html></html>\n", to: "states.npy")
        },
        states("States that are cut off", "states.npy", says: ["states.npy"]) {
            try $0.write(array([100, 4]).dropLast(100), to: "states.npy")
        },
        states("States of whole numbers", "states.npy", says: ["states.npy", "<i4"]) {
            try $0.write(array([100, 4], type: "<i4"), to: "states.npy")
        },
        states("States of Python's objects", "states.npy", says: ["states.npy", "|O"]) {
            try $0.write(array([100, 4], type: "|O"), to: "states.npy")
        },
        states("States of one item", "states.npy", says: ["states.npy"]) { try $0.write(array([4]), to: "states.npy") },
        states("States in four dimensions", "states.npy", says: ["states.npy", "[100, 2, 2, 4]"]) {
            try $0.write(array([100, 2, 2, 4]), to: "states.npy")
        },
        states("States of fewer items than the dataset's", "states.npy", says: ["states.npy", "99", "100"]) {
            try $0.write(array([99, 4]), to: "states.npy")
        },
        states("States with a number that is none", "states.npy", says: ["nan"]) {
            try $0.write(array([100, 4], value: .nan), to: "states.npy")
        },
        states("States too large for float16", "states.npy", says: ["float16"]) {
            try $0.write(array([100, 4], value: 1e6), to: "states.npy")
        },
        states("More layers named than there are", "states.npy --layers 0,6", says: ["1 layers", "2 were named"]) {
            try $0.write(array([100, 4]), to: "states.npy")
        },
        states("A layer named twice", "states.npy --layers 6,6", says: ["6"]) {
            try $0.write(array([100, 2, 4]), to: "states.npy")
        },
        states("A layer below zero", "states.npy --layers=-1", says: ["-1"]) {
            try $0.write(array([100, 4]), to: "states.npy")
        },
        states("Ids that are not there", "states.npy --ids ids.txt", says: ["ids.txt"]) {
            try $0.write(array([2, 4]), to: "states.npy")
        },
        states("An id twice", "states.npy --ids ids.txt", says: ["ids.txt:2", "a"]) {
            try $0.write(array([2, 4]), to: "states.npy")
            try $0.write("a\na\n", to: "ids.txt")
        },
        states("Ids of another catalogue", "states.npy --ids ids.txt", says: ["a"]) {
            try $0.write(array([2, 4]), to: "states.npy")
            try $0.write("a\nb\n", to: "ids.txt")
        },
        states("A folder without states", "hidden", says: ["hidden", ".pt"]) { try $0.write("x\n", to: "hidden/README.txt") },
        states("A folder with two files of an item", "hidden", says: ["hidden", "a"]) {
            try $0.write(array([4]), to: "hidden/a.npy")
            try $0.write(array([4]), to: "hidden/a.pt")
        },
        states("Ids of rows for a folder", "hidden --ids ids.txt", says: ["hidden", "ids"]) {
            try $0.write(array([4]), to: "hidden/a.npy")
            try $0.write("a\n", to: "ids.txt")
        },
        states("A .pt file that torch did not write", "hidden", says: ["hidden/a.pt"]) {
            try $0.write("tensor([1., 2.])\n", to: "hidden/a.pt")
        },
        states("A pickle of Python's in a .pt file's place", "hidden", says: ["hidden/a.pt"]) {
            try $0.write([0x80, 4, 0x5D, 0x94, 0x2E], to: "hidden/a.pt")
        },
        states("Safetensors that are cut off", "states.safetensors", says: ["states.safetensors"]) {
            try $0.write([200, 0, 0, 0, 0, 0, 0, 0] + Array("{\"a\"".utf8), to: "states.safetensors")
        },
        states("A Git LFS pointer in place of states", "states.safetensors", says: ["states.safetensors"]) {
            try $0.write(
                "version https://git-lfs.github.com/spec/v1\noid sha256:0123456789abcdef\nsize 123456\n",
                to: "states.safetensors")
        },
        states("Safetensors without a tensor", "states.safetensors", says: ["states.safetensors"]) {
            try $0.write([2, 0, 0, 0, 0, 0, 0, 0] + Array("{}".utf8), to: "states.safetensors")
        },
        BadInput(
            "States in place of another store", on: .states,
            "encode import states.npy --dataset dataset --modality text --store states/text", says: ["states/text"]
        ) { try $0.write(array([100, 4]), to: "states.npy") },
        BadInput(
            "Random states without a width", on: .dataset, "encode random s --dataset dataset --modality text --width 0",
            says: ["width", "0"]),
        BadInput(
            "Random states without a layer", on: .dataset, "encode random s --dataset dataset --modality text --layers ''",
            says: ["layers"]),
        BadInput(
            "Random states of a dataset that is not there", "encode random s --dataset dataset --modality text",
            says: ["dataset"]),
    ]

    /// A row that imports states of titles into `states/text`.
    private static func states(
        _ input: String, _ from: String, says: [String], spoil: @escaping @Sendable (BadInputFolder) throws -> Void
    ) -> BadInput {
        BadInput(
            input, on: .dataset, "encode import \(from) --dataset dataset --modality text --store new", says: says,
            leaves: ["new.building"], spoil: spoil
        )
    }

    /// A `.npy` file with one value everywhere.
    private static func array(_ shape: [Int], type: String = "<f4", value: Float = 0.5) -> [UInt8] {
        let sizes = shape.map { "\($0)," }.joined(separator: " ")
        var header = "{'descr': '\(type)', 'fortran_order': False, 'shape': (\(sizes)), }"
        header += String(repeating: " ", count: 117 - header.utf8.count) + "\n"
        let bytes = withUnsafeBytes(of: value.bitPattern.littleEndian, Array.init)
        let values = Array(repeating: bytes, count: shape.reduce(1, *)).flatMap { $0 }
        return [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(header.utf8.count), 0] + Array(header.utf8) + values
    }
}
