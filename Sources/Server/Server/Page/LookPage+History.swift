import Report
import Serving

extension LookPage {
    /// The history, and how it is changed.
    var history: Markup {
        let count = address.history.count
        let older = max(0, count - positions)
        let items: [Markup] = address.history.enumerated().map { place, id in
            let face = face(id)
            let unseen: Markup = place < older ? " unread" : ""
            // An item that stands there more than once is told apart by how often it stood there before.
            let times = address.history[..<place].count { $0 == id }
            return """
                <li class="item\(unseen)" data-key="h\(times) \(id)">\(gallery.link(face, address))\
                <a class="act" href="\(address.removing(at: place).path)" title="Remove \(face.name)">\
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
            items.isEmpty ? "" : "<a class=\"act\" href=\"\(address.with([]).path)\">Clear</a>"
        return """
            <div class="head"><h1 id="history" tabindex="-1">History</h1>\(clear)</div>
            <p class="lead">\(count == 0 ? "Nothing yet. Search for something, add what is popular, or begin with somebody\u{2019}s." : "\(count) \(count == 1 ? "item" : "items"), oldest first.")</p>
            \(list)\(note)
            \(search)\(begin)\(byHand)
            """
    }

    func kept(_ history: [String]) -> Markup {
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
                        <a class="act" href="\($0.path)"><span aria-hidden="true">+</span> Add\
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
            <form class="search" role="search" action="/" method="get" data-live>
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
                <li><a class="sample" href="\(PageAddress(history).path)"><span class="stamps" aria-hidden="true">\(stamps)</span>\
                <span class="soft"><bdi>\(name)</bdi>, last <bdi>\(last)</bdi></span></a></li>
                """
        }
        return rows.isEmpty ? "" : "<h2>Begin with somebody\u{2019}s</h2><ul class=\"samples\">\(rows)</ul>"
    }

    /// Ids and users that are typed.
    private var byHand: Markup {
        """
        <details data-key="by-hand"><summary>Type ids, or a user</summary>
        <form action="/" method="get"><label for="ids">Ids of items, oldest first</label>
        <div class="row"><input id="ids" name="history" value="\(PageAddress.text(of: address.history))" placeholder="50,222,181"
        autocomplete="off" spellcheck="false"><button>Look</button></div></form>
        <form action="/" method="get"><label for="user">A user whose events the server has</label>
        <div class="row"><input id="user" name="user" autocomplete="off" spellcheck="false" required><button>Look</button></div></form>
        </details>
        """
    }
}
