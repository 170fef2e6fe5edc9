// Functions that are compiled for several instruction sets, of which the machine's best one is chosen when the library is loaded.
#pragma once

#include <ATen/Version.h>

#include <string>

namespace ctorch {

/// The vector instructions that LibTorch uses here, and with it our own code: `ATEN_CPU_CAPABILITY=avx2` lets a machine play another.
enum class Instructions { plain, avx2, avx512 };

inline Instructions instructions() {
    static const std::string capability = at::get_cpu_capability();
    return capability == "AVX512" ? Instructions::avx512 : capability == "AVX2" ? Instructions::avx2 : Instructions::plain;
}

/// What the processor multiplies bfloat16 with.
enum class BFloat16Instructions : int32_t { none, vector, matrixUnit };

/// The ones that oneDNN may use: `ONEDNN_MAX_CPU_ISA=avx2` lets a machine play another.
BFloat16Instructions bfloat16Instructions();

/// For a function that is called by way of `Vectorised`: its loops become part of each of the forms there.
#define CTORCH_VECTORISED inline __attribute__((always_inline))

#if defined(__x86_64__)
#define CTORCH_TARGET(set) __attribute__((target(set)))
#else
#define CTORCH_TARGET(set)
#endif

/// A function in all its forms; `Vectorised<f>::call(x)` is f(x).
template <auto function> struct Vectorised;

template <typename Result, typename... Parameters, Result (*function)(Parameters...)> class Vectorised<function> {
    CTORCH_TARGET("arch=x86-64-v4") static Result withAVX512(Parameters... parameters) { return function(parameters...); }
    CTORCH_TARGET("arch=x86-64-v3") static Result withAVX2(Parameters... parameters) { return function(parameters...); }
    static Result plain(Parameters... parameters) { return function(parameters...); }

    using Form = Result (*)(Parameters...);
    static Form chosen() {
        switch (instructions()) {
#if defined(__x86_64__)
        case Instructions::avx512: return withAVX512;
        case Instructions::avx2: return withAVX2;
#endif
        default: return plain;
        }
    }

  public:
    static inline const Form call = chosen();
};

} // namespace ctorch
