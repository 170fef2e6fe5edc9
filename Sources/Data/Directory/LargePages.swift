import Foundation

/// Memory that is read in no order: by pages of 2 MB the processor finds its way there much faster than by those of 4 KB.
enum LargePages {
    /// Asks the system for large pages, which it may or may not give. Before the memory is used for the first time it costs nothing.
    static func ask(for memory: UnsafeRawBufferPointer) {
        #if os(Linux)
            guard memory.count >= 4 << 20, let base = memory.baseAddress else { return }
            let start = base.alignedUp(toMultipleOf: 4096)
            let end = (base + memory.count).alignedDown(toMultipleOf: 4096)
            madvise(UnsafeMutableRawPointer(mutating: start), end - start, MADV_HUGEPAGE)
        #endif
    }
}
