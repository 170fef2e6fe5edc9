// Functions that are compiled for several instruction sets, of which the machine's best one is chosen when the library is loaded.
#pragma once

#include "Machine.hpp"

namespace ctorch {

/// For a function that is called by way of `Vectorised`: its loops become part of each of the forms there.
#define CTORCH_VECTORISED inline __attribute__((always_inline))

#if defined(__x86_64__)
#define CTORCH_TARGET(set) __attribute__((target(set)))
#define CTORCH_WIDE_TARGET(set) __attribute__((target(set), min_vector_width(512)))
#else
#define CTORCH_TARGET(set)
#define CTORCH_WIDE_TARGET(set)
#endif

/// A function in all its forms; `Vectorised<f>::call(x)` is f(x). `rounding` is the same function for machines that round to bfloat16.
template <auto function, auto rounding = function> class Vectorised;

template <typename Result, typename... Parameters, Result (*function)(Parameters...), Result (*rounding)(Parameters...)>
class Vectorised<function, rounding> {
    CTORCH_WIDE_TARGET("arch=x86-64-v4,avx512bf16") static Result withRounding(Parameters... all) { return rounding(all...); }
    CTORCH_WIDE_TARGET("arch=x86-64-v4") static Result withAVX512(Parameters... all) { return function(all...); }
    CTORCH_TARGET("arch=x86-64-v3") static Result withAVX2(Parameters... all) { return function(all...); }
    static Result plain(Parameters... all) { return function(all...); }

    using Form = Result (*)(Parameters...);
    static Form chosen() {
#if defined(__x86_64__)
        if constexpr (function != rounding)
            if (instructions() == Instructions::avx512 && bfloat16Instructions() != BFloat16Instructions::none) return withRounding;
        if (instructions() == Instructions::avx512) return withAVX512;
        if (instructions() == Instructions::avx2) return withAVX2;
#endif
        return plain;
    }

  public:
    static inline const Form call = chosen();
};

} // namespace ctorch
