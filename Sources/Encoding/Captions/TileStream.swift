import Catalogue
import Files
import Foundation
import Pictures

/// The tiles of pictures, some at a time, read by several threads ahead of the model.
final class TileStream {
    /// An item's pictures that were read, or what is wrong with one of them.
    struct Input: Sendable {
        let entry: CaptionInput.Entry
        let pictures: Result<[TiledPicture], UserError>
    }

    private let prefetcher: Prefetcher<[Input]>?
    private let make: () -> [Input]?

    /// Starts reading.
    ///
    /// - Parameter steps: the pictures that are taken together; steps without any are left out.
    init(_ steps: [[CaptionInput.Entry]], _ processor: TiledPictureProcessor, threads: InputThreads) {
        let source = Source(steps.filter { !$0.isEmpty }, processor, threads: threads.count)
        make = source.next
        prefetcher = threads.areBeside ? Prefetcher(ahead: 1) { source.next() } : nil
    }

    /// The pictures of the next step.
    func next() throws -> [Input] { try prefetcher.map { try $0.next() ?? [] } ?? make() ?? [] }

    /// Reads no further.
    func stop() { prefetcher?.stop() }

    /// Only the one thread that reads uses what changes.
    private final class Source: @unchecked Sendable {
        private var steps: ArraySlice<[CaptionInput.Entry]>
        private let processor: TiledPictureProcessor
        private let threads: Int

        init(_ steps: [[CaptionInput.Entry]], _ processor: TiledPictureProcessor, threads: Int) {
            (self.steps, self.processor, self.threads) = (steps[...], processor, threads)
        }

        func next() -> [Input]? {
            steps.popFirst().map { entries in
                ParallelWork.map(count: entries.count, threads: threads) { [processor] index in
                    Input(entry: entries[index], pictures: Self.tiles(entries[index], processor))
                }
            }
        }

        private static func tiles(
            _ entry: CaptionInput.Entry, _ processor: TiledPictureProcessor
        ) -> Result<[TiledPicture], UserError> {
            do {
                return .success(
                    try entry.pictures.map { processor.tiles(of: try Picture(file: $0, options: processor.options)) })
            } catch {
                return .failure(error as? UserError ?? UserError("\(error)", at: entry.pictures.first?.path))
            }
        }
    }
}
