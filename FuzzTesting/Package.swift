// swift-tools-version: 6.2
import PackageDescription

// A package of its own: the program's build and tests know nothing of it. `make fuzz` builds it with libFuzzer. LibTorch is neither
// compiled against nor loaded: nothing that is tried makes a tensor.

let readers = [
    "Files", "Datasets", "Tokenizers", "Pictures", "HiddenStates", "Encoders", "Generation", "Captions", "Training", "Server",
]

// Most readers are for siblings only: these targets count as a part of the package above, which Swift knows by the name of its folder.
let above = Context.packageDirectory.split(separator: "/").dropLast().last ?? ""
let asSibling = SwiftSetting.unsafeFlags([
    "-package-name", String(above.lowercased().map { $0.isLetter || $0.isNumber ? $0 : "_" }),
])

let package = Package(
    name: "FuzzTesting",
    platforms: [.macOS(.v15)],
    dependencies: [.package(name: "swift-iisan", path: "..")],
    targets: [
        .systemLibrary(name: "CFuzzer", path: "CFuzzer"),
        .executableTarget(
            name: "fuzz", dependencies: ["CFuzzer"] + readers.map { .product(name: $0, package: "swift-iisan") },
            path: "Sources", packageAccess: false, swiftSettings: [asSibling]),
    ],
    swiftLanguageModes: [.v6]
)
