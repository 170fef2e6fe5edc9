// swift-tools-version: 6.2
import PackageDescription

// A package of its own: the program's build and tests know nothing of it. `make bench` builds and runs it.

// IISAN_WITHOUT_LIBTORCH=1 leaves out all but the counting of operations and its tests.
let withLibTorch = Context.environment["IISAN_WITHOUT_LIBTORCH"] == nil

// What is measured is for siblings only: these targets count as a part of the package above, which Swift knows by the name of its folder.
let above = Context.packageDirectory.split(separator: "/").dropLast().last ?? ""
let asSibling = SwiftSetting.unsafeFlags([
    "-package-name", String(above.lowercased().map { $0.isLetter || $0.isNumber ? $0 : "_" }),
])

let stages = Target.Dependency.product(name: withLibTorch ? "Stages" : "Datasets", package: "swift-iisan")

var dependencies: [Package.Dependency] = [.package(name: "swift-iisan", path: "..")]
var targets: [Target] = [
    .target(name: "Operations", dependencies: [stages], packageAccess: false, swiftSettings: [asSibling]),
    .testTarget(
        name: "OperationsTests", dependencies: ["Operations"], path: "Tests/Operations", packageAccess: false,
        swiftSettings: [asSibling]),
]

if withLibTorch {
    let library = Target.Dependency.product(name: "CTorch", package: "swift-iisan")
    dependencies += [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0"),
        // Without its traits: their packages preload libraries that count allocations; CAllocations does that without one.
        .package(url: "https://github.com/ordo-one/benchmark", from: "1.38.0", traits: []),
    ]
    targets += [
        .executableTarget(
            name: "measure",
            dependencies: [
                "Operations", stages, library, .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            path: "Sources/Measure", packageAccess: false, swiftSettings: [asSibling]),
        .target(name: "CAllocations"),
        .executableTarget(
            name: "StageBenchmarks",
            dependencies: ["CAllocations", stages, library, .product(name: "Benchmark", package: "benchmark")],
            path: "Benchmarks/StageBenchmarks",
            packageAccess: false, swiftSettings: [asSibling],
            plugins: [.plugin(name: "BenchmarkPlugin", package: "benchmark")]),
    ]
}

let package = Package(
    name: "Benchmarks",
    platforms: [.macOS(.v15)],
    dependencies: dependencies,
    targets: targets,
    swiftLanguageModes: [.v6]
)
