extension BadInput {
    /// Releases of known form that are not of it.
    static let releases: [BadInput] = [
        iisan("An IISAN release without its users", users: nil, says: ["users.tsv", "No such file"]),
        iisan("An IISAN release without its items", items: nil, says: ["items.tsv", "No such file"]),
        iisan("An empty file of users", users: "", says: ["users.tsv", "no interactions"]),
        iisan("A file of users with commas", users: "u1,i1 i2\n", says: ["users.tsv:1", "1 columns"]),
        iisan("A user without items", users: "u1\ti1\nu2\t\n", says: ["users.tsv:2", "without items"]),
        iisan("A user on two lines", users: "u1\ti1\nu1\ti2\n", says: ["users.tsv:2", "u1", "twice"]),
        iisan("A user of an unknown item", users: "u1\ti1 i7\n", says: ["users.tsv:1", "i7"]),
        iisan("Items with a third column", items: "i1\tLamp\ti1.png\n", says: ["items.tsv:1", "3 columns"]),
        iisan("An item on a line with one column", items: "i1\tLamp\ni2\n", says: ["items.tsv:2", "column"]),
        iisan("An item that is listed twice", items: "i1\tLamp\ni2\tChair\ni1\tRug\n", says: ["items.tsv:3", "i1", "line 1"]),
        BadInput(
            "Users and items in each other's place", with: releaseFiles,
            "data import dataset --form iisan --interactions items.tsv --items users.tsv", says: ["items.tsv:1"]),
        BadInput(
            "An IISAN release whose items are not named", with: releaseFiles,
            "data import dataset --form iisan --interactions users.tsv", says: ["items"]),

        BadInput(
            "MicroLens: titles with a comma and without quotes",
            with: ["pairs.csv": "user,item,timestamp\n1,1,5\n", "titles.csv": "item,title\n1,Red lamp, cheap\n"], microlens,
            says: ["titles.csv:2", "3 columns"]),
        BadInput(
            "MicroLens: pairs with tabs", with: ["pairs.csv": "1\t1\t5\n", "titles.csv": "item,title\n1,Lamp\n"], microlens,
            says: ["pairs.csv:1", "item"]),
        BadInput(
            "MicroLens: a pair of an unknown item",
            with: ["pairs.csv": "1,1,5\n1,2,6\n", "titles.csv": "item,title\n1,Lamp\n"],
            microlens, says: ["pairs.csv:2", "\"2\""]),
        BadInput(
            "MicroLens: a folder of covers that is not there",
            with: ["pairs.csv": "1,1,5\n", "titles.csv": "item,title\n1,Lamp\n"], "\(microlens) --pictures covers",
            says: ["covers"]),

        amazon("Amazon: reviews that are no JSON", reviews: "reviewerID,asin\nA1,B1\n", says: ["reviews.jsonl:1", "JSON"]),
        amazon("Amazon: an empty file of reviews", reviews: "", says: ["reviews.jsonl", "empty"]),
        amazon(
            "Amazon: reviews of another shop", reviews: "{\"customer\": \"A1\", \"product\": \"B1\"}\n",
            says: ["reviews.jsonl:1", "reviewerID", "customer"]),
        amazon(
            "Amazon: a review without a product",
            reviews: "{\"reviewerID\": \"A1\", \"asin\": null, \"unixReviewTime\": 5}\n", says: ["reviews.jsonl:1", "item"]),
        amazon(
            "Amazon: a review with its time in words",
            reviews: "{\"reviewerID\": \"A1\", \"asin\": \"B1\", \"unixReviewTime\": \"soon\"}\n",
            says: ["reviews.jsonl:1", "soon"]),
        amazon(
            "Amazon: the metadata of 2014, which is Python and not JSON", metadata: "{'asin': 'B1', 'title': 'Lamp'}\n",
            says: ["meta.jsonl:1", "JSON"]),
        amazon(
            "Amazon: a product that the metadata lacks", metadata: "{\"asin\": \"B2\", \"title\": \"Lamp\"}\n",
            says: ["reviews.jsonl:1", "B1"]),
        amazon("Amazon: no metadata", metadata: nil, says: ["meta.jsonl"]),
    ]

    private static let releaseFiles = ["users.tsv": "u1\ti1 i2\n", "items.tsv": "i1\tLamp\ni2\tChair\n"]
    private static let microlens = "data import dataset --form microlens --interactions pairs.csv --items titles.csv"

    /// A row that imports an IISAN release; nil leaves a file out.
    private static func iisan(
        _ input: String, users: String? = releaseFiles["users.tsv"], items: String? = releaseFiles["items.tsv"], says: [String]
    ) -> BadInput {
        let files = ["users.tsv": users, "items.tsv": items].compactMapValues { $0 }
        return BadInput(
            input, with: files, "data import dataset --form iisan --interactions users.tsv --items items.tsv", says: says)
    }

    /// A row that imports Amazon Reviews; nil leaves a file out.
    private static func amazon(
        _ input: String, reviews: String? = "{\"reviewerID\": \"A1\", \"asin\": \"B1\", \"unixReviewTime\": 5}\n",
        metadata: String? = "{\"asin\": \"B1\", \"title\": \"Lamp\"}\n", says: [String]
    ) -> BadInput {
        let files = ["reviews.jsonl": reviews, "meta.jsonl": metadata].compactMapValues { $0 }
        return BadInput(
            input, with: files, "data import dataset --form amazon --interactions reviews.jsonl --items meta.jsonl", says: says)
    }
}
