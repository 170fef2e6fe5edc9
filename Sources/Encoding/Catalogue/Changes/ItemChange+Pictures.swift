import Files
import Foundation
import Pictures

extension ItemChange {
    /// The items with some pictures changed, which lie as PNG files in the folder.
    func changedPictures(of items: [CatalogueItem], _ rows: [Int], _ workFolder: URL) throws -> [CatalogueItem] {
        var result = items
        switch kind {
        case .picturesMissing:
            for row in rows { (result[row].picture, result[row].frames) = (nil, []) }
        case .picturesSwapped:
            for (row, donor) in zip(rows, try donors(of: rows, items, \.pictures)) {
                (result[row].picture, result[row].frames) = (items[donor].picture, items[donor].frames)
            }
        case .picturesNoisy, .picturesBlurred:
            try Folder.make(workFolder)
            let sources = rows.flatMap { items[$0].pictures }
            let files = ParallelWork.map(count: sources.count, threads: ProcessInfo.processInfo.activeProcessorCount) { index in
                Result { try self.changedFile(of: sources[index], workFolder) }
            }
            var changed = try files.map { try $0.get() }[...]
            for row in rows {
                let own = Array(changed.prefix(items[row].pictures.count))
                changed = changed.dropFirst(own.count)
                if items[row].frames.isEmpty { result[row].picture = own.first } else { result[row].frames = own }
            }
        case .titlesMissing, .titlesShuffled, .titlesTruncated, .titlesNoisy, .titlesSwapped:
            preconditionFailure("\(kind) is no picture's")
        }
        return result
    }

    /// The file of the changed picture, made where it does not lie there yet; the picture's own file where it cannot be read.
    private func changedFile(of source: URL, _ workFolder: URL) throws -> URL {
        guard let content = try? ContentHash.of(file: source) else { return source }
        var name = ContentHash()
        // The number counts the ways in which pictures were changed in this program's history.
        for part in ["1", content, kind.rawValue, String(seed)] { name.update(part) }
        let file = workFolder.appending(path: "\(name.digits).png")
        if FileManager.default.fileExists(atPath: file.path) { return file }
        guard let picture = try? Picture(file: source) else { return source }
        var random = random(kind.rawValue, content)
        let changed = kind == .picturesNoisy ? picture.noisy(&random) : picture.blurred()
        try AtomicFile.write(changed.png(), to: file)
        return file
    }
}

extension Picture {
    /// The picture blurred with a Gaussian of a deviation of a twentieth of the shorter side, one pixel at least; the outermost pixels
    /// continue beyond the border.
    ///
    /// The Gaussian is represented by three means over 2 r + 1 pixels, whose deviation is sqrt(r (r + 1)): whole numbers, which every
    /// machine adds alike.
    func blurred() -> Picture {
        let deviation = Double(min(width, height)) / 20
        let radius = max(1, Int((((4 * deviation * deviation + 1).squareRoot() - 1) / 2).rounded()))
        var pixels = pixels
        pixels.withUnsafeMutableBufferPointer { pixels in
            var line = [Int](repeating: 0, count: max(width, height))
            for channel in 0..<3 {
                for row in 0..<height {
                    Self.blur(pixels, from: row * width * 3 + channel, stride: 3, count: width, radius, &line)
                }
                for column in 0..<width {
                    Self.blur(pixels, from: column * 3 + channel, stride: width * 3, count: height, radius, &line)
                }
            }
        }
        return Picture(width: width, height: height, pixels: pixels)
    }

    /// Three means over 2 r + 1 values along one line.
    private static func blur(
        _ pixels: UnsafeMutableBufferPointer<UInt8>, from start: Int, stride: Int, count: Int, _ radius: Int,
        _ line: inout [Int]
    ) {
        let size = 2 * radius + 1
        for _ in 0..<3 {
            for place in 0..<count { line[place] = Int(pixels[start + place * stride]) }
            var sum = (radius + 1) * line[0]
            for place in 1...radius { sum += line[min(place, count - 1)] }
            for place in 0..<count {
                pixels[start + place * stride] = UInt8((sum + size / 2) / size)
                sum += line[min(place + radius + 1, count - 1)] - line[max(place - radius, 0)]
            }
        }
    }
}

extension Picture {
    /// The picture with Gaussian noise of a deviation of a quarter of the full range on every channel, cut off at black and white.
    ///
    /// A normal number is represented by the sum of eight uniform ones of 16 bits: whole numbers, which every machine adds alike.
    func noisy(_ random: inout SplitMix64) -> Picture {
        // Eight numbers of 16 bits have the variance 8 (2^32 - 1) / 12, a deviation of 53510.
        let (mean, deviation) = (8 * 65535 / 2, 53510)
        let pixels = pixels.map { value in
            var sum = 0
            for _ in 0..<2 {
                let bits = random.next()
                sum += Int(bits & 0xFFFF) + Int(bits >> 16 & 0xFFFF) + Int(bits >> 32 & 0xFFFF) + Int(bits >> 48)
            }
            // The full range is 255, a quarter of it 255 / 4.
            return UInt8(min(max((Int(value) * 4 * deviation + (sum - mean) * 255 + 2 * deviation) / (4 * deviation), 0), 255))
        }
        return Picture(width: width, height: height, pixels: pixels)
    }
}
