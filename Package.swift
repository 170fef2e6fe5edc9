// swift-tools-version: 6.2
import PackageDescription

// Where LibTorch is: $LIBTORCH, or the link that `make setup` makes. A constant path, because SwiftPM caches the evaluated
// manifest and would not notice a file that appears later.
let libtorch = Context.environment["LIBTORCH"] ?? "\(Context.packageDirectory)/.libtorch"

// IISAN_WITHOUT_LIBTORCH=1 leaves out everything that needs LibTorch: the fast tests then build on any machine.
let withLibTorch = Context.environment["IISAN_WITHOUT_LIBTORCH"] == nil

let torchCompile: [CXXSetting] = [
    .unsafeFlags([
        "-isystem", "\(libtorch)/include",
        "-isystem", "\(libtorch)/include/torch/csrc/api/include",
        "-fvisibility=hidden", "-O2", "-g0",
    ])
]
let torchLink: [LinkerSetting] = [
    .unsafeFlags(["-L\(libtorch)/lib", "-Xlinker", "-rpath", "-Xlinker", "\(libtorch)/lib"]),
    .linkedLibrary("torch"), .linkedLibrary("torch_cpu"), .linkedLibrary("c10"),
]

/// What the next language mode asks for: an import says whom it is for and lends its members to nobody, `any` is written out.
let features: [SwiftSetting] = ["InternalImportsByDefault", "MemberImportVisibility", "ExistentialAny"].map {
    .enableUpcomingFeature($0)
}

/// A library target of one stage: `folder` is its place under Sources.
func stage(_ name: String, _ folder: String, _ dependencies: [Target.Dependency], exclude: [String] = []) -> Target {
    .target(name: name, dependencies: dependencies, path: "Sources/\(folder)", exclude: exclude, swiftSettings: features)
}

/// The tests of a target, in the folder that mirrors its place under Sources.
func tests(_ name: String, _ folder: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(name: "\(name)Tests", dependencies: dependencies + ["TestSupport"], path: "Tests/\(folder)")
}

let collections = Target.Dependency.product(name: "OrderedCollections", package: "swift-collections")
let trees = Target.Dependency.product(name: "HashTreeCollections", package: "swift-collections")
let heap = Target.Dependency.product(name: "HeapModule", package: "swift-collections")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let sqlite = Target.Dependency.product(name: "GRDBSQLite", package: "GRDB.swift")
// swift-metrics has a module Metrics, as we do.
let hummingbird = Target.Dependency.product(
    name: "Hummingbird", package: "hummingbird", moduleAliases: ["Metrics": "SwiftMetrics"])
let hummingbirdCore = Target.Dependency.product(name: "HummingbirdCore", package: "hummingbird")
let nio = ["NIOCore", "NIOHTTP1"].map { Target.Dependency.product(name: $0, package: "swift-nio") }
let httpParts = ["NIOHTTPTypes", "NIOHTTPTypesHTTP1"].map { Target.Dependency.product(name: $0, package: "swift-nio-extras") }
let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let signals = Target.Dependency.product(name: "UnixSignals", package: "swift-service-lifecycle")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let coreMetrics = Target.Dependency.product(name: "CoreMetrics", package: "swift-metrics")
let postgreSQL = Target.Dependency.target(name: "CPostgreSQL", condition: .when(traits: ["PostgreSQL"]))
let arguments = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")

var targets: [Target] = [
    .systemLibrary(name: "CZlib", path: "Sources/Files/CZlib"),
    .systemLibrary(name: "CCrypto", path: "Sources/Files/CCrypto"),
    .systemLibrary(name: "CFileSystem", path: "Sources/Files/CFileSystem"),
    stage("Files", "Files/Files", ["CZlib", "CCrypto", "CFileSystem"]),
    stage("Owned", "Files/Owned", ["Files", "CFileSystem"]),
    stage("Datasets", "Datasets", ["Files", "Owned"]),
    stage("Tokenizers", "Encoding/Tokenizers", ["Files", heap]),
    .target(
        name: "CPictures", path: "Sources/Encoding/CPictures",
        linkerSettings: [.linkedLibrary("jpeg"), .linkedLibrary("png"), .linkedLibrary("webp")]),
    stage("Pictures", "Encoding/Pictures", ["CPictures", "CZlib", "Files"]),
    stage("HiddenStates", "Encoding/HiddenStates", ["Files", "Owned"]),
    stage("Hub", "Encoding/Hub", ["Files", "Owned"]),
    stage("Metrics", "Evaluation/Metrics", ["Files"]),
    stage("Report", "Evaluation/Report", ["Files", "Metrics"]),
    stage("World", "World", ["Files", "Owned", "Pictures"]),
    .systemLibrary(
        name: "CPostgreSQL", path: "Sources/Server/CPostgreSQL", pkgConfig: "libpq",
        providers: [.apt(["libpq-dev"]), .brew(["libpq"])]),
    .systemLibrary(name: "CServerSystem", path: "Sources/Server/CServerSystem"),
    stage("Database", "Server/Database", ["Files", "Owned", "Pictures", grdb, sqlite, postgreSQL]),

    .target(name: "TestDatabase", dependencies: ["Database"], path: "Tests/Support/Database"),
    .target(name: "TestSupport", dependencies: ["Files"], path: "Tests/Support", exclude: ["Database", "Models"]),
    tests("Files", "Files", ["Files", "Owned", "CZlib"]),
    tests("Datasets", "Datasets", ["Datasets"]),
    tests("Tokenizers", "Encoding/Tokenizers", ["Tokenizers"]),
    tests("Pictures", "Encoding/Pictures", ["Pictures"]),
    tests("HiddenStates", "Encoding/HiddenStates", ["HiddenStates"]),
    tests("Hub", "Encoding/Hub", ["Hub"]),
    tests("Metrics", "Evaluation/Metrics", ["Metrics"]),
    tests("Report", "Evaluation/Report", ["Report"]),
    tests("World", "World", ["World"]),
    tests("Database", "Server/Database", ["Database", "Owned", "Pictures", grdb]),
]
var products: [Product] = []

if withLibTorch {
    targets += [
        // Torch sees only what CTorch declares; the library with LibTorch behind it is loaded by the first use of a tensor.
        .target(name: "CTorch", path: "Sources/Engine/CTorch", sources: ["Interface.c"]),
        .target(
            name: "CTorchLibrary", path: "Sources/Engine/CTorch", exclude: ["Interface.c"],
            cxxSettings: torchCompile + [.headerSearchPath("Processes/Declarations")],
            linkerSettings: torchLink),
        stage("Torch", "Engine/Torch", ["CTorch", "Files", collections]),
        stage("Processes", "Engine/Processes", ["Torch", "Files"]),
        stage("Encoders", "Encoding/Encoders", ["Torch", "Files"]),
        stage("Generation", "Encoding/Generation", ["Encoders", "Tokenizers", "Torch", "Files"]),
        stage(
            "Catalogue", "Encoding/Catalogue",
            ["Encoders", "Tokenizers", "Pictures", "HiddenStates", "Datasets", "Torch", "Files"]),
        stage(
            "Captions", "Encoding/Captions",
            ["Catalogue", "Generation", "Encoders", "Tokenizers", "Pictures", "Torch", "Files", "Owned"]),
        stage("Modeling", "Modeling", ["Torch", "Files", "Datasets", "HiddenStates", collections]),
        stage("FineTuning", "FineTuning", ["Modeling", "Catalogue", "Encoders", "Torch", "Files", collections]),
        stage(
            "Training", "Training",
            ["Modeling", "Processes", "Torch", "Files", "Owned", "Datasets", "HiddenStates", "Metrics", collections]),
        stage(
            "Ranking", "Evaluation/Ranking",
            ["Modeling", "Processes", "Torch", "Files", "Datasets", "Metrics"]),
        stage(
            "Serving", "Serving",
            ["Ranking", "Modeling", "Torch", "Files", "Datasets", "Metrics", trees]),
        stage(
            "IISAN", "IISAN",
            [
                "Serving", "Ranking", "Report", "Training", "FineTuning", "Modeling", "Captions", "Generation", "Catalogue",
                "Encoders", "HiddenStates", "Processes",
                "Hub",
                "Pictures", "Datasets", "Metrics", "Torch", "Files", "Owned", yams,
            ]),
        .target(
            name: "Server",
            dependencies: [
                "CServerSystem", "IISAN", "Serving", "Datasets", "Ranking", "Report", "Torch", "Database", "Pictures", "Files",
                hummingbird,
                hummingbirdCore, lifecycle, signals, logging, coreMetrics, httpTypes,
            ] + nio + httpParts, path: "Sources/Server/Server",
            resources: ["openapi.json", "page.css", "page.js", "icon.svg"].map { .embedInCode("Resources/\($0)") },
            swiftSettings: features),
        .executableTarget(
            name: "iisan",
            dependencies: [
                "IISAN", "Server", "Captions", "Datasets", "Files", "HiddenStates", "Hub", "Metrics", "Owned", "Serving",
                "World",
                arguments, logging,
            ], path: "Sources/Command",
            swiftSettings: features),

        .target(
            name: "TestModels", dependencies: ["TestSupport", "Modeling", "Processes", "Datasets", "Torch"],
            path: "Tests/Support/Models"),
        tests("Torch", "Engine/Torch", ["Torch"]),
        tests("Processes", "Engine/Processes", ["Processes", "Torch", "TestModels"]),
        tests("Encoders", "Encoding/Encoders", ["Encoders", "TestModels"]),
        tests("Generation", "Encoding/Generation", ["Generation", "Encoders", "Tokenizers", "Torch", "TestModels"]),
        tests(
            "Captions", "Encoding/Captions",
            ["Captions", "Catalogue", "Generation", "Encoders", "Tokenizers", "Pictures", "Torch", "World", "TestModels"]),
        tests("Catalogue", "Encoding/Catalogue", ["Catalogue"]),
        tests("Modeling", "Modeling", ["Modeling", "HiddenStates", "Torch", "TestModels", collections]),
        tests("FineTuning", "FineTuning", ["FineTuning", "Encoders", "Catalogue", "Modeling", "Torch", "TestModels"]),
        tests("Training", "Training", ["Training", "Processes", "Ranking", "Metrics", "TestModels"]),
        tests("Ranking", "Evaluation/Ranking", ["Ranking", "TestModels"]),
        tests("Serving", "Serving", ["Serving", "TestModels"]),
        tests("IISAN", "IISAN", ["IISAN"]),
        tests(
            "Parity", "Parity",
            ["Ranking", "Training", "FineTuning", "Modeling", "Catalogue", "Metrics", "Datasets", "Torch", "Files"]),
        tests(
            "Server", "Server/Server",
            [
                "Server", "TestModels", "TestDatabase", lifecycle, logging, "Serving", "Modeling", "Metrics", "Ranking",
                "Datasets", "Torch",
            ]),
        tests("EndToEnd", "EndToEnd", ["iisan", "IISAN"]),
    ]
    products = [
        .library(name: "IISAN", targets: ["IISAN"]),
        .library(name: "Server", targets: ["Server"]),
        .library(name: "Torch", targets: ["Torch"]),
        .library(name: "CTorch", type: .dynamic, targets: ["CTorchLibrary"]),
        // The stages one by one, which Benchmarks, a package of its own, measures.
        .library(
            name: "Stages",
            targets: [
                "Files", "Datasets", "HiddenStates", "World", "Torch", "Modeling", "Training", "Metrics", "Ranking", "Serving",
            ]),
        .executable(name: "iisan", targets: ["iisan"]),
    ]
}

// The stages one by one, for FuzzTesting and Benchmarks, packages of their own.
let tried =
    ["Files", "Datasets", "Tokenizers", "Pictures", "HiddenStates"]
    + (withLibTorch ? ["Encoders", "Generation", "Captions", "Training"] : [])
products += tried.map { .library(name: $0, targets: [$0]) }

/// What the server is made with; without LibTorch there is none.
let serving: [Package.Dependency] = [
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.8.0"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
    .package(url: "https://github.com/apple/swift-nio-extras", from: "1.34.1"),
    .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0", traits: []),
    .package(url: "https://github.com/apple/swift-log", from: "1.6.0"),
    .package(url: "https://github.com/apple/swift-metrics", from: "2.5.0"),
]

let package = Package(
    name: "swift-iisan",
    platforms: [.macOS(.v15)],
    products: products,
    traits: [
        .trait(name: "PostgreSQL", description: "A database that several servers share, by libpq; SQLite is always there.")
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.1.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.0.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    ] + (withLibTorch ? serving : []),
    targets: targets,
    swiftLanguageModes: [.v6],
    cxxLanguageStandard: .cxx20
)
