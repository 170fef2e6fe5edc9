/// A page of pictures with their captions beside the titles, to look at.
package struct CaptionSheet: Sendable {
    /// A picture and what was written about it.
    package struct Entry: Sendable {
        /// The item, with its picture.
        package var item: RunReport.Example.Item
        /// The caption; nil where the picture could not be used.
        package var caption: String?
        /// What is wrong with the picture.
        package var problem: String?

        /// Describes a picture.
        package init(_ item: RunReport.Example.Item, caption: String?, problem: String?) {
            (self.item, self.caption, self.problem) = (item, caption, problem)
        }
    }

    /// What wrote the captions, and how.
    package var model: String
    /// What was asked.
    package var prompt: String
    /// The pictures, in the items' order.
    package var entries: [Entry]
    /// How many captions there are beside those that are shown.
    package var others: Int

    /// Describes a page.
    package init(model: String, prompt: String, entries: [Entry], others: Int) {
        (self.model, self.prompt, self.entries, self.others) = (model, prompt, entries, others)
    }

    /// The page as HTML, which needs no other file.
    package var html: String {
        let shown: [Markup] = entries.map { entry in
            """
            <li class="item">\(RunReport.drawn(entry.item))<p>\(entry.caption ?? "")</p>\
            <div class="score">\(entry.problem ?? "")</div></li>
            """
        }
        let more = others > 0 ? " \(others) more are not shown." : ""
        let section = Page.section(
            "Captions", lead: "Under each picture its title and what the model wrote.\(more)",
            "<ul class=\"items\">\(shown)</ul>")
        return Page(title: "Captions", subtitle: "\(model): \(prompt)", sections: [section]).html
    }
}
