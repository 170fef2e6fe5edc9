import CFuzzer
import Foundation

// fuzz                       names the targets
// fuzz seeds NAME FOLDER     writes the inputs to start from
// fuzz NAME ARGUMENTS...     tries a target; the arguments are libFuzzer's, a file that is one of them is tried alone

func target(_ name: String) -> FuzzTarget {
    if let target = FuzzTarget.all.first(where: { $0.name == name }) { return target }
    FileHandle.standardError.write(
        Data("no target \(name); there are \(FuzzTarget.all.map(\.name).joined(separator: ", "))\n".utf8))
    exit(2)
}

/// What libFuzzer calls: a C function, so what it tries is no argument.
nonisolated(unsafe) var current = FuzzTarget.all[0]

let words = CommandLine.arguments
if words.count == 1 {
    for target in FuzzTarget.all { print(target.name) }
} else if words.count == 4, words[1] == "seeds" {
    let folder = URL(filePath: words[3])
    for (index, seed) in try target(words[2]).seeds().enumerated() {
        try seed.write(to: folder.appending(path: "seed-\(index)"))
    }
} else {
    current = target(words[1])
    // libFuzzer shall not see the target's name.
    var count = CommandLine.argc - 1
    var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv + 1
    CommandLine.unsafeArgv[1] = CommandLine.unsafeArgv[0]
    let status = LLVMFuzzerRunDriver(&count, &arguments) { data, size in
        current.attempt(UnsafeRawBufferPointer(start: data, count: size))
        return 0
    }
    exit(status)
}
