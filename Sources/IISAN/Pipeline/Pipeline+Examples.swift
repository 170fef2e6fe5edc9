import Datasets
import Evaluation
import Files
import Foundation
import Pictures
import Report
import Serving

extension Pipeline {
    /// The longer side of an example's picture, in pixels.
    private static let pictureSide = 200

    /// Users at even distances over the test targets, not chosen by how well they turned out.
    func examples(_ dataset: Dataset) throws -> [RunReport.Example] {
        let count = configuration.evaluate.examples
        guard configuration.train.model.method.isTrained, count > 0 else { return [] }
        let cases = try split(of: dataset).evaluation(.test)
        let shown = (0..<min(count, cases.count)).map { cases[$0 * cases.count / min(count, cases.count)] }
        let lists = try served().recommend(shown.map { Array($0.history) }, top: 10)
        return try zip(shown, lists).map { question, list in
            try observer.stop.check()
            return RunReport.Example(
                user: "user \(dataset.userID(question.user))",
                history: question.history.suffix(configuration.data.split.inputLength).map { item(Int($0), dataset) },
                target: item(Int(question.target), dataset),
                recommendations: list.map {
                    .init(item($0.item, dataset), score: Double($0.score), isHit: $0.item == Int(question.target))
                })
        }
    }

    private func item(_ index: Int, _ dataset: Dataset) -> RunReport.Example.Item {
        let item = dataset.items[index]
        return .init(title: item.title ?? item.id, picture: item.picture.flatMap(Self.thumbnail))
    }

    /// A small JPEG; nil for a picture that cannot be read, whose place the title then takes.
    private static func thumbnail(_ file: URL) -> Data? {
        guard let picture = try? Picture(file: file) else { return nil }
        let scale = min(1, Double(pictureSide) / Double(max(picture.width, picture.height)))
        let width = max(1, Int((Double(picture.width) * scale).rounded()))
        let height = max(1, Int((Double(picture.height) * scale).rounded()))
        return try? picture.resized(width: width, height: height).jpeg(quality: 85)
    }
}
