import Files
import Foundation
import HiddenStates
import TestSupport
import Testing

@testable import Catalogue

/// Encoding that is cancelled and continued.
@Suite(.oneAtATime) struct InterruptionTests {
    @Test(arguments: [1, 2, 5, 9]) func continuedEncodingGivesTheSameBytes(steps: Int) throws {
        try withTemporaryFolder { folder in
            let directory = try SmallEncoders.text(in: folder)
            let items = SmallEncoders.titles(100)
            try check(.text, items, directory, steps: steps, in: folder)
        }
    }

    @Test(arguments: [1, 4]) func continuedEncodingOfPicturesGivesTheSameBytes(steps: Int) throws {
        try withTemporaryFolder { folder in
            let directory = try SmallEncoders.picture(in: folder)
            var items = try SmallEncoders.pictures(40, in: folder)
            items[7].picture = nil
            try check(.image, items, directory, steps: steps, in: folder)
        }
    }

    /// Encodes once in one go, and once cancelled again and again after some questions.
    private func check(
        _ modality: Modality, _ items: [CatalogueItem], _ directory: URL, steps: Int, in folder: URL
    ) throws {
        var options = EncodingOptions()
        options.maximumTokens = 7
        options.batchTokens = 21
        options.shardItems = 10
        let whole = folder.appending(path: "whole")
        let parts = folder.appending(path: "parts")
        _ = try CatalogueEncoder(modality, of: items, with: directory, options: options).encode(into: whole)
        var cancelled = 0
        var reused: [Int] = []
        while true {
            // Each try goes a little further, so that even a first shard longer than the first tries is done some day.
            var batches = steps + cancelled
            let stop = StopToken()
            func count(_: WorkProgress) {
                batches -= 1
                if batches <= 0 { stop.request() }
            }
            do {
                let encoder = try CatalogueEncoder(modality, of: items, with: directory, options: options)
                let result = try encoder.encode(into: parts, progress: count, stop: stop)
                reused.append(result.reused)
                break
            } catch is CancellationError {
                cancelled += 1
                #expect(!FileManager.default.fileExists(atPath: parts.path))
            }
        }
        #expect(cancelled > 0)
        #expect(reused[0] > 0 || steps > 8)
        #expect(try contents(of: parts) == contents(of: whole))
    }

    @Test func progressGrowsToTheNumberOfItems() throws {
        try withTemporaryFolder { folder in
            let directory = try SmallEncoders.text(in: folder)
            let items = SmallEncoders.titles(50)
            var options = EncodingOptions()
            options.maximumTokens = 7
            options.batchTokens = 30
            var reports: [Int] = []
            _ = try CatalogueEncoder(.text, of: items, with: directory, options: options).encode(
                into: folder.appending(path: "store"), progress: { reports.append($0.done) })
            #expect(reports == reports.sorted() && reports.last == 50 && reports.count > 3)
        }
    }
}
