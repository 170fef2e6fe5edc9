import Files
import Foundation
import Pictures
import Synchronization
import Torch

/// The pictures of a catalogue for training: decoded and scaled once, kept as bytes as far as the memory goes.
final class LivePictures: Sendable {
    let isPresent: [Bool]
    let tokensPerItem: Int
    /// The rows and columns of the encoder's input.
    var outputSize: PictureSize { input.processor.outputSize }
    private let input: PictureInput
    private let items: [CatalogueItem]
    /// The scaled pictures; nil where there is none, or no memory for it.
    private let kept: [ScaledPicture?]

    /// Decodes every picture, which also finds those that cannot be read before training starts.
    ///
    /// - Throws: ``UserError`` for a damaged picture, unless these are skipped; `CancellationError`.
    init(
        _ input: PictureInput, items: [CatalogueItem], memory: Int, progress: WorkProgress.Handler?,
        stop: StopToken
    ) throws {
        self.input = input
        self.items = items
        tokensPerItem = input.tokensPerItem
        var kept = [ScaledPicture?](repeating: nil, count: items.count)
        var isPresent = [Bool](repeating: false, count: items.count)
        var room = memory
        let part = 256
        for start in stride(from: 0, to: items.count, by: part) {
            try stop.check()
            let end = min(start + part, items.count)
            let scaled = ParallelWork.map(count: end - start, threads: input.threads) { index in
                items[start + index].pictures.first.map { file in
                    Result { input.processor.scaled(try Picture(file: file, options: input.processor.options)) }
                }
            }
            for (index, result) in scaled.enumerated() {
                guard let result, let file = items[start + index].pictures.first else { continue }
                switch result {
                case .success(let picture):
                    isPresent[start + index] = true
                    if picture.byteCount <= room {
                        kept[start + index] = picture
                        room -= picture.byteCount
                    }
                case .failure(let error):
                    let error = error as? UserError ?? UserError("\(error)", at: file.path)
                    if input.damagedPictures == .fail { throw PictureInput.unusable(error, items[start + index], file) }
                }
            }
            progress?(WorkProgress("reading pictures", done: end, total: items.count, unit: "items"))
        }
        self.kept = kept
        self.isPresent = isPresent
    }

    /// The pixels of some items [items, 3, height, width]; zeros for one without a picture.
    ///
    /// - Throws: ``UserError`` for a file that can no longer be read.
    func pixels(_ places: ArraySlice<Int>) throws -> Tensor {
        let size = input.processor.outputSize
        let buffer = PixelBuffer(items: places.count, height: size.height, width: size.width)
        let problems = Mutex<[Int: any Error]>([:])
        ParallelWork.run(count: places.count, threads: input.threads) { index in
            let place = places[places.startIndex + index]
            do { try write(place, into: buffer.place(index)) } catch { problems.withLock { $0[place] = error } }
        }
        if let first = problems.withLock({ $0.min { $0.key < $1.key } }) { throw first.value }
        return buffer.tensor(items: places.count)
    }

    private func write(_ place: Int, into output: UnsafeMutableBufferPointer<Float>) throws {
        let processor = input.processor
        if let picture = kept[place] { return processor.write(picture, into: output) }
        guard isPresent[place], let file = items[place].pictures.first else { return }
        processor.write(processor.scaled(try Picture(file: file, options: processor.options)), into: output)
    }
}
