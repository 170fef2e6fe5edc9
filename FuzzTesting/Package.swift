// swift-tools-version: 6.2
import PackageDescription

// A package of its own: the program's build and tests know nothing of it. `make fuzz` builds it with libFuzzer. LibTorch is neither
// compiled against nor loaded: nothing that is tried makes a tensor.

let readers = ["Files", "Datasets", "Tokenizers", "Pictures", "HiddenStates", "Encoders", "Training"]

let package = Package(
    name: "FuzzTesting",
    platforms: [.macOS(.v15)],
    dependencies: [.package(name: "swift-iisan", path: "..")],
    targets: [
        .systemLibrary(name: "CFuzzer", path: "CFuzzer"),
        .executableTarget(
            name: "fuzz", dependencies: ["CFuzzer"] + readers.map { .product(name: $0, package: "swift-iisan") },
            path: "Sources"),
    ],
    swiftLanguageModes: [.v6]
)
