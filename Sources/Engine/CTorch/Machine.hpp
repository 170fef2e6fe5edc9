// What the machine has: vector instructions, threads and memory.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <memory>
#include <new>

namespace ctorch {

/// The vector instructions that LibTorch uses here, and with it our own code: `ATEN_CPU_CAPABILITY=avx2` lets a machine play another.
enum class Instructions { plain, avx2, avx512 };
Instructions instructions();

/// What the processor multiplies bfloat16 with, as far as oneDNN may use it: `ONEDNN_MAX_CPU_ISA=avx2` lets a machine play another.
enum class BFloat16Instructions : int32_t { none, vector, matrixUnit };
BFloat16Instructions bfloat16Instructions();

/// Whether automatic mixed precision is in force on the processor, in bfloat16.
bool isBFloat16InForce();

/// How many threads LibTorch may use.
int64_t threads();

/// Calls body(part) for each part, on as many threads as LibTorch may use: whoever is free takes the next one. Throws what a body throws.
void inParallel(int64_t parts, const std::function<void(int64_t)> &body);

inline int64_t roundedUp(int64_t value, int64_t multiple) { return (value + multiple - 1) / multiple * multiple; }

/// Numbers in memory of their own, which starts at a line of the cache.
template <typename Number> class Buffer {
  public:
    enum Start { undefined, zero };
    explicit Buffer(int64_t count = 0, Start start = undefined) {
        const int64_t bytes = roundedUp(count * sizeof(Number) + 1, 64);
        numbers_.reset(static_cast<Number *>(std::aligned_alloc(64, bytes)));
        if (!numbers_) throw std::bad_alloc();
        if (start == zero) std::memset(numbers_.get(), 0, bytes);
    }
    operator Number *() const { return numbers_.get(); }

  private:
    struct Free {
        void operator()(void *memory) const { std::free(memory); }
    };
    std::unique_ptr<Number, Free> numbers_;
};

/// Cuts memory into pieces that start at lines of the cache; where there is no memory yet, it tells how many bytes it takes.
struct Cut {
    char *start;
    int64_t bytes = 0;

    template <typename Number> Number *take(int64_t count) {
        const int64_t place = bytes;
        bytes += roundedUp(count * sizeof(Number), 64);
        return start ? reinterpret_cast<Number *>(start + place) : nullptr;
    }
};

} // namespace ctorch
