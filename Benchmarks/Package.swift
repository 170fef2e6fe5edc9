// swift-tools-version: 6.2
import PackageDescription

// A package of its own: the program's build and tests know nothing of it. `make bench` builds and runs it.

// IISAN_WITHOUT_LIBTORCH=1 leaves out all but the counting of operations and its tests.
let withLibTorch = Context.environment["IISAN_WITHOUT_LIBTORCH"] == nil

let stages = Target.Dependency.product(name: withLibTorch ? "Stages" : "Datasets", package: "swift-iisan")

var dependencies: [Package.Dependency] = [.package(name: "swift-iisan", path: "..")]
var targets: [Target] = [
    .target(name: "Operations", dependencies: [stages]),
    .testTarget(name: "OperationsTests", dependencies: ["Operations"], path: "Tests/Operations"),
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
            path: "Sources/Measure"),
        .target(name: "CAllocations"),
        .executableTarget(
            name: "StageBenchmarks",
            dependencies: ["CAllocations", stages, library, .product(name: "Benchmark", package: "benchmark")],
            path: "Benchmarks/StageBenchmarks",
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
