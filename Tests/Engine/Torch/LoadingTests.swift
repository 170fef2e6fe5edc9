import Files
import Foundation
import Testing

@testable import Torch

struct LoadingTests {
    @Test func aMissingLibraryIsAnErrorThatSaysHowToBuildIt() {
        let error = #expect(throws: UserError.self) { try LibTorch.functions(of: "libNowhere.so") }
        #expect(error?.problem.contains("libNowhere.so") == true && error?.remedy?.contains("make build") == true)
    }

    @Test func aTableOfOtherFunctionsIsRefused() throws {
        var table = ctorch
        _ = try withUnsafeBytes(of: &table) { try LibTorch.functions(at: $0.baseAddress, of: "libCTorch.so") }
        "int32_t other(void);".withCString { other in
            table.signatures = other
            #expect(throws: UserError.self) {
                try withUnsafeBytes(of: &table) { try LibTorch.functions(at: $0.baseAddress, of: "libCTorch.so") }
            }
        }
        #expect(throws: UserError.self) { try LibTorch.functions(at: nil, of: "libz.so") }
    }

    @Test func onlyTheMinorVersionItWasBuiltForIsTaken() throws {
        try LibTorch.check(compiled: 2013, loaded: 2013, path: "/t")
        let error = #expect(throws: UserError.self) { try LibTorch.check(compiled: 2013, loaded: 2014, path: "/t") }
        #expect(error?.description.hasPrefix("/t: built for LibTorch 2.13, but 2.14 was loaded") == true)
    }
}
