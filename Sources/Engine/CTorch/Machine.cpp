#include "Machine.hpp"

#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <torch/csrc/stable/c/shim.h>

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <stdexcept>
#include <string>
#include <strings.h>
#if defined(__x86_64__)
#include <cpuid.h>
#endif

namespace ctorch {

namespace {

/// What the processor has.
BFloat16Instructions bfloat16InstructionsOfProcessor() {
#if defined(__x86_64__)
    uint32_t a, b, c, d;
    if (!__builtin_cpu_supports("avx512bw") || !__get_cpuid_count(7, 0, &a, &b, &c, &d)) return BFloat16Instructions::none;
    if ((d >> 22 & 1) && (d >> 24 & 1)) return BFloat16Instructions::matrixUnit;
    if (__get_cpuid_count(7, 1, &a, &b, &c, &d) && (a >> 5 & 1)) return BFloat16Instructions::vector;
#endif
    return BFloat16Instructions::none;
}

/// The most that oneDNN may use.
BFloat16Instructions bfloat16InstructionsAllowed() {
    const char *limit = std::getenv("ONEDNN_MAX_CPU_ISA");
    const auto isAmong = [limit](std::initializer_list<const char *> sets) {
        return limit && std::any_of(sets.begin(), sets.end(), [limit](const char *set) { return strcasecmp(limit, set) == 0; });
    };
    if (isAmong({"SSE41", "AVX", "AVX2", "AVX2_VNNI", "AVX2_VNNI_2", "AVX512_CORE", "AVX512_CORE_VNNI"}))
        return BFloat16Instructions::none;
    if (isAmong({"AVX512_CORE_BF16", "AVX512_CORE_FP16", "AVX10_1_512"})) return BFloat16Instructions::vector;
    return BFloat16Instructions::matrixUnit;
}

} // namespace

Instructions instructions() {
    static const std::string capability = at::get_cpu_capability();
    return capability == "AVX512" ? Instructions::avx512 : capability == "AVX2" ? Instructions::avx2 : Instructions::plain;
}

BFloat16Instructions bfloat16Instructions() {
    static const auto all = std::min(bfloat16InstructionsAllowed(), bfloat16InstructionsOfProcessor());
    return all;
}

int64_t threads() { return at::get_num_threads(); }

void inParallel(int64_t parts, const std::function<void(int64_t)> &body) {
    struct Context {
        const std::function<void(int64_t)> &body;
        int64_t parts;
        std::atomic<int64_t> next;  // the first part that nobody has taken
        std::mutex mutex;
        std::exception_ptr failure;
    } context{body, parts, 0, {}, nullptr};
    const auto run = [](int64_t, int64_t, void *pointer) {
        auto &context = *static_cast<Context *>(pointer);
        try {
            for (int64_t part; (part = context.next++) < context.parts;) context.body(part);
        } catch (...) {
            std::lock_guard<std::mutex> lock(context.mutex);
            context.failure = std::current_exception();
            context.next = context.parts;
        }
    };
    // at::parallel_for works on one thread where it is compiled without OpenMP, as here.
    const int64_t workers = std::min(parts, threads());
    if (torch_parallel_for(0, workers, 1, run, &context) != 0) throw std::runtime_error("the work could not be shared out among threads");
    if (context.failure) std::rethrow_exception(context.failure);
}

} // namespace ctorch
