// swift-tools-version: 6.2
import PackageDescription

// What a program of one's own can do with the library, as tests. A package of its own, which sees what is public and nothing else.

let package = Package(
    name: "Library",
    platforms: [.macOS(.v15)],
    dependencies: [.package(name: "swift-iisan", path: "../..")],
    targets: [
        .testTarget(
            name: "LibraryTests",
            dependencies: [
                .product(name: "IISAN", package: "swift-iisan"), .product(name: "Torch", package: "swift-iisan"),
            ], path: "Tests")
    ],
    swiftLanguageModes: [.v6]
)
