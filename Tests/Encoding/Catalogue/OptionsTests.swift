import Foundation
import TestSupport
import Testing

@testable import Encoding

@Suite struct OptionsTests {
    @Test func usualLayersAreSpreadEvenly() {
        #expect(EncodingOptions.usualLayers(depth: 12) == [0, 2, 4, 6, 8, 10, 12])
        #expect(EncodingOptions.usualLayers(depth: 6) == [0, 1, 2, 3, 4, 5, 6])
        #expect(EncodingOptions.usualLayers(depth: 2) == [0, 1, 2])
        #expect(EncodingOptions.usualLayers(depth: 1) == [0, 1])
        #expect(EncodingOptions.usualLayers(depth: 80) == [0, 13, 27, 40, 53, 67, 80])
        for depth in 1...100 {
            let layers = EncodingOptions.usualLayers(depth: depth)
            #expect(layers.first == 0 && layers.last == depth && Set(layers).count == layers.count)
        }
    }

    @Test func thePlanCountsBytes() throws {
        try withTemporaryFolder { folder in
            let directory = try SmallEncoders.text(in: folder)
            var options = EncodingOptions()
            options.maximumTokens = 7
            options.layers = [0, 2]
            options.shardItems = 4
            let items = SmallEncoders.titles(10)
            let encoder = try CatalogueEncoder(.text, of: items, with: directory, options: options)
            let plan = encoder.plan()
            let result = try encoder.encode(into: folder.appending(path: "store"))
            #expect(plan.storeBytes == result.store.itemCount * result.store.bytesPerItem)
            #expect(plan.shardBytes == 4 * 2 * 6 * 4)
            #expect(plan.weightBytes == encoder.encoder.parameters.count * 4)
            #expect(plan.description.hasPrefix("10 items: store 1 MB; memory about "))
        }
    }
}
