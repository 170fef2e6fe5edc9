import Files
import Foundation
import TestSupport
import Testing

@testable import Pictures

private let deit = sharedData("deit-tiny-patch16-224")

struct RealPictureTests {
    @Test(.enabled(if: deit != nil)) func equalsTheGoldenPixels() throws {
        let folder = try #require(deit)
        let golden = try SafetensorsFile(folder.appending(path: "golden.safetensors"))
        let processor = try PictureProcessor(file: folder.appending(path: "preprocessor_config.json"))
        #expect(processor.outputSize == PictureSize(height: 224, width: 224))
        var values = [Float](repeating: 0, count: 3 * 224 * 224)
        for name in ["bear", "corgi", "dogs", "palace"] {
            let picture = try Picture(file: folder.appending(path: "test_images/\(name).jpg"))
            values.withUnsafeMutableBufferPointer { processor.process(picture, into: $0) }
            let worst = try withExtendedLifetime(golden) {
                let expected = try golden.elements("\(name).pixel_values", type: "F32", as: Float.self)
                return zip(values, expected).map { abs($0 - $1) }.max()!
            }
            print("\(name): largest difference of a pixel value \(worst)")
            // One step of 8 bits.
            #expect(worst < 1.01 / 255 / 0.224)
        }
    }
}
