import Files
import Report
import Serving

/// A history on the left, what is answered after it on the right.
struct LookPage: Sendable {
    private let address: PageAddress
    private let gallery: Gallery
    /// What could not be done as asked.
    private var notes: [String]
    private var answer: Answer
    private var before: Answer?
    private var faces: [String: Gallery.Face] = [:]
    private var found: TitleSearch.Found?
    private var samples: [HistorySample.User] = []
    private let positions: Int

    /// Asks what the address asks.
    ///
    /// - Throws: ``Refusal``, as where no item has any of the ids.
    init(_ address: PageAddress, note: String?, _ state: ServerState, _ gallery: Gallery) async throws {
        (self.address, self.gallery) = (address, gallery)
        notes = note.map { [$0] } ?? []
        func question(_ history: [String]) -> Question {
            var question = Question(history)
            (question.top, question.reasons) = (address.count, true)
            return question
        }
        let start = ContinuousClock.now
        let questions = [question(address.history)] + (address.before.map { [question($0)] } ?? [])
        let answers = try await gallery.engine.model.answers(to: questions)
        state.metrics.answer(questions.count, took: .now - start)
        answer = try answers[0].get()
        // Where the history before makes no sense, nothing is said of what has changed.
        before = answers.count > 1 ? try? answers[1].get() : nil
        positions = try await gallery.engine.model.ask(\.positions)
        if !answer.ignored.isEmpty {
            notes.append("Left out, because no item has \(answer.ignored.count == 1 ? "this id" : "these ids"): \(answer.ignored.map(\.quoted).joined(separator: ", ")).")
        }
        if !address.words.isEmpty { found = TitleSearch(gallery.snapshot).items(address.words, most: 12) }
        if address.history.isEmpty { samples = try await HistorySample(state).users(most: 3, shortest: 2) }
        let ids = Set(
            address.history + answer.items.map(\.item) + (before?.items.map(\.item) ?? []) + (found?.items ?? [])
                + samples.flatMap { $0.history.suffix(Self.sampled) } + (address.before ?? []))
        let all = try await gallery.faces(ids.sorted())
        faces = Dictionary(uniqueKeysWithValues: all.map { ($0.id, $0) })
    }

    /// The items of somebody's history that are offered.
    private static let sampled = 8

    /// The model that has answered.
    var model: String { answer.model }

    private var change: ListChange? {
        before.map { ListChange(from: $0.items.map(\.item), to: answer.items.map(\.item)) }
    }

    /// What is read out when the page takes the place of another one.
    var status: String {
        if let found, address.before == nil {
            return found.items.isEmpty ? "No title has these words." : "\(found.items.count) found."
        }
        guard let change, let old = address.before else { return "" }
        var parts: [String] = []
        if let last = address.history.last, address.history.count > old.count { parts.append("Added \(face(last).name).") }
        if let lost = Self.missing(old, in: address.history) { parts.append("Removed \(face(lost).name).") }
        parts.append(change.sentence)
        if let first = answer.items.first { parts.append("First is \(face(first.item).name).") }
        return parts.joined(separator: " ")
    }

    /// The one item that a history has lost; nil where it has lost none.
    private static func missing(_ old: [String], in new: [String]) -> String? {
        guard new.count == old.count - 1 else { return nil }
        return zip(old, new).first { $0 != $1 }?.0 ?? old.last
    }

    private func face(_ id: String) -> Gallery.Face { faces[id] ?? Gallery.Face(id: id) }

    var content: Markup {
        let told: [Markup] = notes.map { "<p class=\"told\">\($0)</p>\n" }
        return """
            <div class="look \(gallery.shape.rawValue)">
            <section class="side" aria-labelledby="history">
            \(history)
            </section>
            <section class="wide" aria-labelledby="answers" data-key="answers">
            \(told)\(answers)
            </section>
            </div>
            """
    }
}

extension LookPage {
    /// The history, and how it is changed.
    private var history: Markup {
        let count = address.history.count
        let older = max(0, count - positions)
        let items: [Markup] = address.history.enumerated().map { place, id in
            let face = face(id)
            let unseen: Markup = place < older ? " unread" : ""
            // An item that stands there more than once is told apart by how often it stood there before.
            let times = address.history[..<place].count { $0 == id }
            return """
                <li class="item\(unseen)" data-key="h\(times) \(id)">\(gallery.link(face, address))\
                <a class="act" data-look href="\(address.removing(at: place).path)" title="Remove \(face.name)">\
                <span aria-hidden="true">\u{2212}</span> Remove<span class="unseen"> \(face.name)</span></a></li>
                """
        }
        let list: Markup =
            items.isEmpty
            ? ""
            : "<ol class=\"items\" data-key=\"history-list\">\(items)</ol>"
        let note: Markup =
            older > 0 ? "<p class=\"note\">The model reads the newest \(positions); the \(older) before them are pale.</p>" : ""
        let clear: Markup =
            items.isEmpty ? "" : "<a class=\"act\" data-look href=\"\(address.with([]).path)\">Clear</a>"
        return """
            <div class="head"><h1 id="history" tabindex="-1">History</h1>\(clear)</div>
            <p class="lead">\(count == 0 ? "Nothing yet. Search for something, add what is popular, or begin with somebody\u{2019}s." : "\(count) \(count == 1 ? "item" : "items"), oldest first.")</p>
            \(list)\(note)
            \(search)\(begin)\(byHand)
            """
    }

    private func kept(_ history: [String]) -> Markup {
        history.isEmpty ? "" : "<input type=\"hidden\" name=\"history\" value=\"\(PageAddress.text(of: history))\">"
    }

    /// Searches titles; what is found is added by a click.
    private var search: Markup {
        var results: Markup = ""
        if let found {
            let items: [Markup] = found.items.map { id in
                let face = face(id)
                let add: Markup =
                    address.adding(id).map {
                        """
                        <a class="act" data-look href="\($0.path)"><span aria-hidden="true">+</span> Add\
                        <span class="unseen"> \(face.name)</span></a>
                        """
                    } ?? ""
                return """
                    <li data-key="s \(id)"><a class="found" href="\(PageAddress(address.history).item(id))">\(gallery.stamp(face))\
                    <span class="title"><bdi>\(face.name)</bdi></span></a>\(add)</li>
                    """
            }
            let more: Markup = found.mayHaveMore ? "<p class=\"note\">There may be more: add a word.</p>" : ""
            results =
                items.isEmpty
                ? "<p class=\"empty\">No title has <q>\(address.words)</q>.</p>\(more)"
                : "<ul class=\"results\">\(items)</ul>\(more)"
        }
        return """
            <form class="search" role="search" action="/" method="get" data-look data-live>
            \(kept(address.history))<label for="words">Add an item</label>
            <div class="row"><input id="words" name="q" type="search" value="\(address.words)" placeholder="Words of a title, or an id"
            autocomplete="off" maxlength="\(PageAddress.longestWords)"><button>Search</button></div>
            </form>
            <div data-key="results">\(results)</div>
            """
    }

    /// Somebody's history to begin with.
    private var begin: Markup {
        let rows: [Markup] = samples.map { user in
            let history = Array(user.history.suffix(Self.sampled))
            let stamps: [Markup] = history.suffix(5).map { id in
                face(id).picture == nil ? "<span class=\"word\"><bdi>\(face(id).name)</bdi></span>" : gallery.stamp(face(id))
            }
            let name = user.id.map { "User \($0)" } ?? "Somebody of the dataset"
            let last = history.last.map { face($0).name } ?? ""
            return """
                <li><a class="sample" data-look href="\(PageAddress(history).path)"><span class="stamps" aria-hidden="true">\(stamps)</span>\
                <span class="soft"><bdi>\(name)</bdi>, last <bdi>\(last)</bdi></span></a></li>
                """
        }
        return rows.isEmpty ? "" : "<h2>Begin with somebody\u{2019}s</h2><ul class=\"samples\">\(rows)</ul>"
    }

    /// Ids and users that are typed.
    private var byHand: Markup {
        """
        <details data-key="by-hand"><summary>Type ids, or a user</summary>
        <form action="/" method="get" data-look><label for="ids">Ids of items, oldest first</label>
        <div class="row"><input id="ids" name="history" value="\(PageAddress.text(of: address.history))" placeholder="50,222,181"
        autocomplete="off" spellcheck="false"><button>Look</button></div></form>
        <form action="/" method="get" data-look><label for="user">A user whose events the server has</label>
        <div class="row"><input id="user" name="user" autocomplete="off" spellcheck="false" required><button>Look</button></div></form>
        </details>
        """
    }
}

extension LookPage {
    /// What is answered.
    private var answers: Markup {
        let shares = answer.items.map { $0.reasons.map { PartShares($0.parts) } }
        let scale = PartShares.Scale(shares.compactMap { $0 })
        let change = change
        let items: [Markup] = answer.items.indices.map { place in
            item(answer.items[place], shares[place], scale, change?.moves[place])
        }
        let list: Markup =
            items.isEmpty
            ? "<p class=\"empty\">There is nothing left to recommend.</p>"
            : "<ol class=\"items answers\" data-key=\"answer-list\">\(items)</ol>"
        return """
            <div class="head"><h2 id="answers" class="large">\(answer.isPopularity ? "Popular" : "Recommended")</h2></div>
            <p class="lead">\(lead(scale))</p>
            \(changed)\(list)
            \(more)\(whyNot)
            """
    }

    private func lead(_ scale: PartShares.Scale) -> String {
        if answer.isPopularity {
            return "Without a history the answer is what is taken most. Add something, and it becomes personal."
        }
        return scale.isShared
            ? "The best first. Below each, what lifts its score above that of an average item: what looks like the history, what reads like it, what goes with it."
            : "The best first. Below each, what the parts of the score add to that of an average item."
    }

    /// What has changed, in a line that can be seen.
    private var changed: Markup {
        guard let before, let change else { return "" }
        let left = change.gone.filter { !address.history.contains(before.items[$0].item) }
        let gone: [Markup] = left.prefix(5).map { place in
            let face = face(before.items[place].item)
            return "<li><a href=\"\(PageAddress(address.history).item(face.id))\"><bdi>\(face.name)</bdi></a> <span class=\"soft\">was \(place + 1)</span></li>"
        }
        let rest = left.count - gone.count
        let more: Markup = rest > 0 ? "<li class=\"soft\">and \(rest) more</li>" : ""
        let list: Markup = gone.isEmpty ? "" : "<ul class=\"gone\" aria-label=\"No longer in the list\">\(gone)\(more)</ul>"
        return "<div class=\"changed\" data-key=\"changed\"><p>\(change.sentence)</p>\(list)</div>"
    }

    private func item(
        _ item: Recommendation, _ shares: PartShares?, _ scale: PartShares.Scale, _ move: ListChange.Move?
    ) -> Markup {
        let face = face(item.item)
        let kind = move.map { if case .down = $0 { "down" } else { $0 == .new ? "new" : "up" } } ?? ""
        let badge: Markup =
            move?.texts.map {
                "<span class=\"move \(kind)\"><span aria-hidden=\"true\">\($0.mark)</span><span class=\"unseen\">, \($0.spoken)</span></span>"
            } ?? ""
        let add: Markup =
            address.adding(item.item).map {
                """
                <a class="act" data-look href="\($0.path)"><span aria-hidden="true">+</span> Add\
                <span class="unseen"> \(face.name) to the history</span></a>
                """
            } ?? ""
        let why: Markup = shares.map { "\($0.bar(scale))\($0.values(scale))" } ?? ""
        return """
            <li class="item answer" data-key="a \(item.item)">\(gallery.link(face, address))\
            <div class="line"><span class="rank"><span class="unseen">Place </span>\(item.rank)</span>\(badge)\(add)</div>\
            \(why)\(because(item))\(unknown(item))</li>
            """
    }

    /// The item of the history that mattered most.
    private func because(_ item: Recommendation) -> Markup {
        guard let most = item.reasons?.history.max(by: { $0.effect < $1.effect }), (item.reasons?.history.count ?? 0) > 1 else {
            return ""
        }
        guard most.effect > 0 else { return "<p class=\"because\">No single item of the history lifts it.</p>" }
        let face = face(most.item)
        return """
            <p class="because" title="Without it the score would be \(PartShares.plain(most.effect)) lower">\(gallery.stamp(face))\
            <span><bdi>\(face.name)</bdi> mattered most</span></p>
            """
    }

    private func unknown(_ item: Recommendation) -> Markup {
        guard let parts = item.unknownParts, !parts.isEmpty else { return "" }
        return "<p class=\"because\">New here: nothing is counted of it yet.</p>"
    }

    private var more: Markup {
        guard !answer.items.isEmpty, address.count < PageAddress.mostCount else { return "" }
        var longer = address
        longer.count = min(PageAddress.mostCount, address.count < 30 ? 30 : PageAddress.mostCount)
        return "<p class=\"more\"><a class=\"act\" data-look href=\"\(longer.path)\">Show \(longer.count)</a></p>"
    }

    /// Asks for any item's place.
    private var whyNot: Markup {
        guard !address.history.isEmpty else { return "" }
        return """
            <form class="search why" action="/item" method="get" data-key="why">
            \(kept(address.history))<label for="why">Why not this one? Any item, its place and its reasons</label>
            <div class="row"><input id="why" name="q" type="search" placeholder="Words of a title, or an id" autocomplete="off" required
            maxlength="\(PageAddress.longestWords)"><button>Where is it?</button></div>
            </form>
            """
    }
}

/// Items that words may mean.
struct FoundPage: Sendable {
    let content: Markup

    init(_ address: PageAddress, _ found: TitleSearch.Found, _ gallery: Gallery) async throws {
        let faces = try await gallery.faces(found.items)
        let list = gallery.list(faces.map { ($0, "") }, address)
        let more: Markup = found.mayHaveMore ? "<p class=\"note\">There may be more: add a word.</p>" : ""
        let kept: Markup =
            address.history.isEmpty
            ? "" : "<input type=\"hidden\" name=\"history\" value=\"\(PageAddress.text(of: address.history))\">"
        content = """
            <div class="\(gallery.shape.rawValue)">
            <h1>\(faces.isEmpty ? "No item has these words" : "Which of them?")</h1>
            <form class="search" action="/item" method="get">\(kept)<label for="words">Words of a title, or an id</label>
            <div class="row"><input id="words" name="q" type="search" value="\(address.words)" required autocomplete="off"
            maxlength="\(PageAddress.longestWords)"><button>Search</button></div></form>
            \(faces.isEmpty ? "" : list)\(more)
            <p class="more"><a href="\(PageAddress(address.history).path)">Back to the recommendations</a></p>
            </div>
            """
    }
}
