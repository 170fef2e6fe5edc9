import Database
import Files
import Foundation
import Report
import Serving
import Torch

/// How the catalogue and the server are.
struct HealthPage: Sendable {
    private(set) var model: String
    let content: Markup

    /// Items whose pictures and titles are looked at.
    static let looked = 10_000

    init(_ state: ServerState, _ gallery: Gallery, _ coverage: Coverage) async throws {
        let engine = gallery.engine
        model = try await engine.model.ask(\.name)
        // The page is there while the database cannot be reached.
        let database = try? await engine.database.statistics()
        let lacking = try await Lacking(gallery)
        let ids = coverage.most.map(\.item) + coverage.nobody + lacking.pictures + lacking.titles
        let faces = try await Dictionary(uniqueKeysWithValues: gallery.faces(Array(Set(ids)).sorted()).map { ($0.id, $0) })
        func list(_ ids: [String]) -> Markup {
            gallery.list(ids.map { (faces[$0] ?? Gallery.Face(id: $0), "") }, PageAddress(), small: true)
        }
        content = """
            <div class="\(gallery.shape.rawValue)">
            <h1>Health</h1>
            <p class="soft">Model <bdi>\(model)</bdi>, method \(await engine.method()), items at revision \(gallery.snapshot.revision)</p>
            \(Self.tiles(state, engine, database, coverage, await engine.model.counts))
            \(Self.reached(coverage, faces, gallery, list))
            \(lacking.content(list))
            \(Self.limits(state))
            </div>
            """
    }

    private static func tiles(
        _ state: ServerState, _ engine: Engine, _ database: DatabaseStatistics?, _ coverage: Coverage,
        _ counts: ModelService.Counts
    ) -> Markup {
        let latency = state.metrics.recent.latency
        var tiles: [(String, String)] = [
            ("items that can be recommended", coverage.items.grouped),
            ("median time of the last \(latency.count) answers", latency.count == 0 ? "–" : NumberText.seconds(latency.median)),
            ("99 of 100 answers within", latency.count == 0 ? "–" : NumberText.seconds(latency.slow)),
            ("questions answered", NumberText.count(counts.questions)),
            ("calls that wait for the model, or are worked on", "\(engine.model.waitingCount)"),
        ]
        if let database {
            tiles += [
                ("events of \(database.users.grouped) users", NumberText.count(database.events)),
                ("items changed or added", database.items.grouped),
                ("database", NumberText.bytes(database.bytes)),
                ("of that not yet in place (WAL)", NumberText.bytes(database.pendingBytes)),
            ]
        }
        tiles.append(("since the start", NumberText.seconds((ContinuousClock.now - state.start) / .seconds(1))))
        let drawn: [Markup] = tiles.map { "<div class=\"tile\"><dd>\($0.1)</dd><dt>\($0.0)</dt></div>" }
        let trouble: Markup = database == nil ? "<p class=\"told\">The database cannot be reached.</p>" : ""
        return "<dl class=\"tiles\">\(drawn)</dl>\(trouble)"
    }

    private static func reached(
        _ coverage: Coverage, _ faces: [String: Gallery.Face], _ gallery: Gallery, _ list: ([String]) -> Markup
    ) -> Markup {
        guard coverage.count > 0 else {
            return """
                <section><h2>Who is shown what</h2><p class="empty">There are no histories yet to count by.</p></section>
                """
        }
        let shown = coverage.lists.count
        let share = String(format: "%.0f", 100 * Double(shown) / Double(max(1, coverage.items)))
        let most = coverage.most.map { item, lists -> (Gallery.Face, Markup) in
            let part = Double(lists) / Double(coverage.count)
            let percent = String(format: "%.0f %%", 100 * part)
            let badge: Markup = part > 0.5 ? " <span class=\"badge no\">everyone</span>" : ""
            return (
                faces[item] ?? Gallery.Face(id: item),
                """
                <svg class="bar-of-parts" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true" focusable="false">\
                <rect class="rest" x="0" y="1" width="100" height="4"/><rect class="filled" x="0" y="1" width="\(100 * part)" height="4"/></svg>\
                <div class="line soft">\(percent) of lists\(badge)</div>
                """
            )
        }
        let everybody =
            coverage.everybody == 0
            ? "No item is in more than half of the lists."
            : "\(coverage.everybody) \(coverage.everybody == 1 ? "item is" : "items are") in more than half of the lists."
        let none = max(0, coverage.items - shown)
        return """
            <section><h2>Recommended most</h2>
            <p class="lead">\(everybody) Counted over lists of \(Coverage.top) for \(coverage.users.sentence).</p>
            \(gallery.list(most, PageAddress(), tag: "ol", small: true))</section>
            <section><h2>Recommended to nobody</h2>
            <p class="lead">\(shown.grouped) of \(coverage.items.grouped) items (\(share) %) are in a list of \(Coverage.top) for at least one of \
            \(coverage.users.sentence); \(none.grouped) \(none == 1 ? "is" : "are") in none\(none > coverage.nobody.count ? ", some of them these" : "").</p>
            \(list(coverage.nobody))</section>
            """
    }

    private static func limits(_ state: ServerState) -> Markup {
        let limits: [Markup] = InfoBody.Limits(state.settings).values.sorted { $0.key < $1.key }.map {
            "<dt>\($0.key.replacing("_", with: " "))</dt><dd>\($0.value)</dd>"
        }
        return """
            <details><summary>Limits</summary><dl class="inner facts">\(limits)</dl>
            <p class="note">The same in <a href="/info">/info</a>; the routes are in <a href="/openapi.json">/openapi.json</a>, numbers for
            monitors in <a href="/metrics">/metrics</a>.</p></details>
            """
    }
}
