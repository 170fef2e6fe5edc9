import Files
import Foundation
import Ranking
import TestModels
import TestSupport
import Testing

@testable import Serving

/// Lists of many histories against the answers to single questions, and how they are written down.
@Suite(.oneAtATime) struct AnswerListTests {
    private func model(_ world: SmallWorld) throws -> ServedModel {
        try ServedModel(world.recommender(), dataset: world.dataset, split: world.split)
    }

    @Test func listsAreThoseOfSingleQuestions() throws {
        try withTemporaryFolder { folder in
            let world = try SmallWorld(folder, users: 70, items: 300)
            let model = try model(world)
            for keepingSeen in [false, true] {
                let lists = try model.lists(of: 3..<70, top: 7, keepingSeen: keepingSeen)
                #expect(lists.count == 67)
                for (user, list) in zip(3..<70, lists) {
                    #expect(list.name == .user("user \(user)"))
                    let ids = world.dataset.histories[user].map { world.dataset.items[Int($0)].id }
                    let single = try model.recommend([ids], top: 7, keepingSeen: keepingSeen)[0]
                    let items = try list.items.get()
                    #expect(items.map(\.item) == single.map(\.item) && items.map(\.rank) == Array(1...7))
                    #expect(zip(items, single).allSatisfy { abs($0.score - $1.score) < 1e-5 })
                }
            }
        }
    }

    @Test func whatIsWrongWithALineIsItsOwn() throws {
        try withTemporaryFolder { folder in
            let world = try SmallWorld(folder)
            let model = try model(world)
            let lines: [Result<HistoryLine, UserError>] = [
                .success(HistoryLine(items: ["i3", "i1"])), .failure(UserError("not UTF-8")),
                .success(HistoryLine(id: "me", items: ["i3", "gone"])), .success(HistoryLine(id: "you", items: ["i7"])),
                .success(HistoryLine(items: ["gone", "gone too"])),
            ]
            let answers = model.answers(to: lines, first: 5, top: 4)
            #expect(
                answers.map(\.name) == [
                    .line(5, id: nil), .line(6, id: nil), .line(7, id: "me"), .line(8, id: "you"), .line(9, id: nil),
                ])
            #expect(try answers[0].items.get() == model.recommend([["i3", "i1"]], top: 4)[0])
            #expect(answers[1].items == .failure(UserError("not UTF-8")))
            #expect(try answers[2].items.get() == model.recommend([["i3"]], top: 4)[0] && answers[2].ignored == ["gone"])
            #expect(try answers[3].items.get() == model.recommend([["i7"]], top: 4)[0])
            #expect(answers[4].items == .failure(model.noItem("gone")) && answers[4].ignored.isEmpty)
            #expect(model.answers(to: [lines[1]], top: 4).count == 1)
        }
    }

    /// Ids and titles with everything that a form gives a meaning to.
    private static let lists = [
        AnswerList(
            .user("a\tb\"\\\n"),
            .success([
                Recommendation(rank: 1, item: "x\ty", title: "Q \"1\"", score: 1.5),
                Recommendation(rank: 2, item: "é", title: nil, score: -1e-7),
            ])), AnswerList(.line(2, id: "u"), .failure(UserError("no item \"q\""))),
        AnswerList(.line(3, id: nil), .success([]), ignored: ["gone\"", "too"]),
    ]

    private func written(_ form: ListForm) -> String {
        var bytes = Array(form.head("user_id"))
        form.append([Self.lists[0]], isFirst: true, to: &bytes)
        form.append(Array(Self.lists[1...]), isFirst: false, to: &bytes)
        return String(decoding: bytes + form.tail(isEmpty: false), as: UTF8.self)
    }

    @Test func tablesHaveALineForEachItem() {
        let expected = #"""
            user_id|rank|item_id|score
            a\tb"\\n|1|x\ty|1.5
            a\tb"\\n|2|é|-1e-07

            """#
        #expect(written(.tsv) == expected.replacing("|", with: "\t"))
    }

    @Test(arguments: [ListForm.json, .jsonl]) func jsonReadsBack(_ form: ListForm) throws {
        let text = written(form)
        let objects: [Any] =
            form == .json
            ? try #require(JSONSerialization.jsonObject(with: Data(text.utf8)) as? [Any])
            : try text.split(separator: "\n").map { try JSONSerialization.jsonObject(with: Data($0.utf8)) }
        let found = try objects.map { try #require($0 as? [String: Any]) }
        #expect(found.count == 3 && found[0]["user"] as? String == "a\tb\"\\\n")
        let items = try #require(found[0]["items"] as? [[String: Any]])
        #expect(items.map { $0["item"] as? String } == ["x\ty", "é"] && items[0]["title"] as? String == "Q \"1\"")
        #expect(items.map { $0["rank"] as? Int } == [1, 2] && items.map { $0["score"] as? Double } == [1.5, -1e-7])
        #expect(items[1]["title"] == nil)
        #expect(
            found[1]["line"] as? Int == 2 && found[1]["id"] as? String == "u" && found[1]["error"] as? String == "no item \"q\""
        )
        #expect(found[2]["line"] as? Int == 3 && (found[2]["items"] as? [Any])?.isEmpty == true)
        #expect(found[2]["ignored"] as? [String] == ["gone\"", "too"] && found[0]["ignored"] == nil)
    }

    @Test func nothingIsAnEmptyArray() throws {
        #expect(String(decoding: ListForm.json.head("") + ListForm.json.tail(isEmpty: true), as: UTF8.self) == "[]\n")
    }
}
