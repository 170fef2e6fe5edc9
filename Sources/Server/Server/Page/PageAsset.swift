import Files
import Report

/// A file of the page, from the binary.
enum PageAsset: String, CaseIterable, Sendable {
    case style = "page.css"
    case script = "page.js"
    case icon = "icon.svg"

    /// What is sent.
    var bytes: [UInt8] {
        switch self {
        // The colours are those of the report.
        case .style: Array(ChartStyle.colours.utf8) + PackageResources.page_css
        case .script: PackageResources.page_js
        case .icon: PackageResources.icon_svg
        }
    }

    /// Its media type.
    var type: String {
        switch self {
        case .style: "text/css; charset=utf-8"
        case .script: "text/javascript; charset=utf-8"
        case .icon: "image/svg+xml"
        }
    }

    /// What tells it apart from that of another version of the program.
    var version: String { Self.versions[self]! }

    /// Where it is, by its version.
    var path: String { "/\(rawValue)?v=\(version)" }

    private static let versions = Dictionary(
        uniqueKeysWithValues: allCases.map { asset in
            (asset, String(asset.bytes.withUnsafeBytes { ContentHash.of($0) }.prefix(12)))
        })
}
