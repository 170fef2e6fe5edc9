import Foundation
import TestSupport
import Testing
import Torch

@testable import Catalogue

@Suite(.oneAtATime) struct OptionsTests {
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
            #expect(plan.weightBytes == encoder.encoder!.parameters.count * 4)
            #expect(plan.description.hasPrefix("10 items: store 1 MB; memory about "))
        }
    }

    @Test func inputsAreMadeBesideTheEncoderWhereItLeavesCores() {
        let whole = InputThreads(nil, device: .cpu, encoderThreads: 8, cores: 8)
        #expect(whole.count == 8 && !whole.areBeside)
        let part = InputThreads(nil, device: .cpu, encoderThreads: 6, cores: 8)
        #expect(part.count == 2 && part.areBeside)
        let device = InputThreads(nil, device: Device(.cuda), encoderThreads: 8, cores: 8)
        #expect(device.count == 8 && device.areBeside)
        #expect(InputThreads(3, device: .cpu, encoderThreads: 8, cores: 8).count == 3)
    }

    @Test(arguments: [1, 2]) func inputsMadeBesideAndBetweenGiveTheSameStore(threads: Int) throws {
        try withTemporaryFolder { folder in
            let directory = try SmallEncoders.picture(in: folder)
            let items = try SmallEncoders.pictures(20, in: folder)
            var options = EncodingOptions()
            options.batchTokens = 20
            let encoder = try CatalogueEncoder(.image, of: items, with: directory, options: options)
            let stores = try [true, false].map { areBeside in
                encoder.threads = InputThreads(threads, areBeside: areBeside)
                let place = folder.appending(path: "\(areBeside)")
                _ = try encoder.encode(into: place)
                return try contents(of: place)
            }
            #expect(stores[0] == stores[1])
        }
    }
}
