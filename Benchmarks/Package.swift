// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "Benchmarks",
    platforms: [.macOS(.v15)],
    dependencies: [.package(name: "swift-iisan", path: "..")],
    targets: [
        .executableTarget(
            name: "speed",
            dependencies: [
                .product(name: "Stages", package: "swift-iisan"), .product(name: "CTorch", package: "swift-iisan"),
            ])
    ],
    swiftLanguageModes: [.v6]
)
