// Work shared out among LibTorch's threads.
#pragma once

#include <c10/util/Exception.h>
#include <torch/csrc/stable/c/shim.h>

#include <exception>
#include <mutex>

namespace ctorch {

/// Calls body(part) for each part, on as many threads as LibTorch may use; throws what a body throws.
///
/// at::parallel_for works on one thread where it is compiled without OpenMP, as here.
template <typename Body> void inParallel(int64_t parts, const Body &body) {
    struct Context {
        const Body &body;
        std::mutex mutex;
        std::exception_ptr failure;
    } context{body, {}, nullptr};
    const auto run = [](int64_t begin, int64_t end, void *pointer) {
        auto &context = *static_cast<Context *>(pointer);
        try {
            for (int64_t part = begin; part < end; ++part) context.body(part);
        } catch (...) {
            std::lock_guard<std::mutex> lock(context.mutex);
            context.failure = std::current_exception();
        }
    };
    TORCH_CHECK(torch_parallel_for(0, parts, 1, run, &context) == 0, "the work could not be shared out among threads");
    if (context.failure) std::rethrow_exception(context.failure);
}

} // namespace ctorch
