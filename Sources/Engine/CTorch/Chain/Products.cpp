#include "../Vectorised.hpp"
#include "Products.hpp"

#include <ATen/autocast_mode.h>

#include <algorithm>
#include <cstdlib>
#include <initializer_list>
#include <iterator>
#include <strings.h>
#if defined(__x86_64__)
#include <cpuid.h>
#endif

namespace ctorch {

namespace {

/// Tries one: what a machine lacks is an exception. Without instructions for bfloat16 there are products, slower than those in float32.
template <typename Number> bool canMultiply() {
    try {
        if (Operand<Number>::group == 2 && bfloat16Instructions() == BFloat16Instructions::none) return false;
        alignas(64) Number a[32 * 32];
        alignas(64) float c[32 * 32];
        std::fill(std::begin(a), std::end(a), Number(1));
        const MatrixUnit<Number> unit;
        product(32, 32, 32, a, 32, a, 32, c, 32);
        return std::all_of(std::begin(c), std::end(c), [](float sum) { return sum == 32; });
    } catch (const std::exception &) { return false; }
}

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

} // namespace

BFloat16Instructions bfloat16Instructions() {
    static const BFloat16Instructions all = [] {
        auto most = BFloat16Instructions::matrixUnit;
        if (const char *limit = std::getenv("ONEDNN_MAX_CPU_ISA")) {
            const auto isAmong = [limit](std::initializer_list<const char *> sets) {
                return std::any_of(sets.begin(), sets.end(), [limit](const char *set) { return strcasecmp(limit, set) == 0; });
            };
            if (isAmong({"SSE41", "AVX", "AVX2", "AVX2_VNNI", "AVX2_VNNI_2", "AVX512_CORE", "AVX512_CORE_VNNI"}))
                most = BFloat16Instructions::none;
            else if (isAmong({"AVX512_CORE_BF16", "AVX512_CORE_FP16", "AVX10_1_512"})) most = BFloat16Instructions::vector;
        }
        return std::min(most, bfloat16InstructionsOfProcessor());
    }();
    return all;
}

bool isBFloat16InForce() {
    return at::autocast::is_autocast_enabled(at::kCPU) && at::autocast::get_autocast_dtype(at::kCPU) == at::kBFloat16;
}

bool hasProductsInForce() {
    static const bool inFloat = canMultiply<float>(), inBFloat16 = canMultiply<at::BFloat16>();
    return isBFloat16InForce() ? inBFloat16 : inFloat;
}

} // namespace ctorch
