// 16 numbers at a time: what the loops over rows are written in. The compiler cuts them into what the machine's registers hold.
#pragma once

#include "../Vectorised.hpp"

namespace ctorch {

/// The upper half of a float32.
struct BFloat16 {
    uint16_t bits;
};

/// 16 numbers in float32. Structures, because vectors that are handed over as they are would need the same instructions on both sides.
struct Vector {
    using Lanes = float __attribute__((vector_size(64)));
    Lanes lanes;
};
/// 16 pairs of bfloat16 or 16 words of any kind, and 16 numbers of two bytes.
struct Words {
    using Lanes = uint32_t __attribute__((vector_size(64)));
    Lanes lanes;
};
struct Halves {
    using Lanes = uint16_t __attribute__((vector_size(32)));
    Lanes lanes;
};

constexpr int64_t lanes = 16;

/// Whether numbers are rounded as they are stored, so that there is a form of its own for machines that round themselves.
template <typename Number> constexpr bool rounds = sizeof(Number) < sizeof(float);

/// Numbers from memory and back. They may stand anywhere, as the rows of a mapped file do, where the structures themselves are aligned.
template <typename Numbers> CTORCH_VECTORISED Numbers read(const void *memory) {
    Numbers numbers;
    __builtin_memcpy(&numbers, memory, sizeof numbers);
    return numbers;
}
template <typename Numbers> CTORCH_VECTORISED void write(void *memory, Numbers numbers) {
    __builtin_memcpy(memory, &numbers, sizeof numbers);
}

CTORCH_VECTORISED Vector operator+(Vector a, Vector b) { return {a.lanes + b.lanes}; }
CTORCH_VECTORISED Vector operator-(Vector a, Vector b) { return {a.lanes - b.lanes}; }
CTORCH_VECTORISED Vector operator*(Vector a, Vector b) { return {a.lanes * b.lanes}; }
CTORCH_VECTORISED Vector operator*(float a, Vector b) { return {a * b.lanes}; }
/// a b + c, rounded once where the machine can.
CTORCH_VECTORISED Vector fused(Vector a, Vector b, Vector c) { return {a.lanes * b.lanes + c.lanes}; }
CTORCH_VECTORISED Vector fused(float a, Vector b, Vector c) { return {a * b.lanes + c.lanes}; }
CTORCH_VECTORISED float sum(Vector a) {
    float total = 0;
    for (int i = 0; i < lanes; ++i) total += a.lanes[i];
    return total;
}

CTORCH_VECTORISED Vector load(const float *x) { return read<Vector>(x); }
CTORCH_VECTORISED Vector load(const _Float16 *x) {
    struct Floats {
        using Lanes = _Float16 __attribute__((vector_size(32)));
        Lanes lanes;
    };
    return {__builtin_convertvector(read<Floats>(x).lanes, Vector::Lanes)};
}
CTORCH_VECTORISED Vector load(const BFloat16 *x) {
    return {(Vector::Lanes)(__builtin_convertvector(read<Halves>(x).lanes, Words::Lanes) << 16)};
}

/// The bits in bfloat16: halves to even, and what is not a number stays so. `byMachine` is for the form of machines that round themselves.
template <bool byMachine> CTORCH_VECTORISED Halves rounded(Vector x) {
#if defined(__x86_64__)
    if constexpr (byMachine) {
        using Lanes = __bf16 __attribute__((vector_size(32)));
        return {(Halves::Lanes)__builtin_convertvector(x.lanes, Lanes)};
    }
#endif
    const auto bits = (Words::Lanes)x.lanes;
    const Words::Lanes even = (bits + 0x7fff + ((bits >> 16) & 1)) >> 16;
    const auto isNumber = (Words::Lanes)(x.lanes == x.lanes);
    return {__builtin_convertvector((even & isNumber) | (~isNumber & 0x7fc0), Halves::Lanes)};
}

template <bool byMachine> CTORCH_VECTORISED void store(float *y, Vector x) { write(y, x); }
template <bool byMachine> CTORCH_VECTORISED void store(BFloat16 *y, Vector x) { write(y, rounded<byMachine>(x)); }
CTORCH_VECTORISED void store(float *y, Vector x) { write(y, x); }

/// Some columns of two rows of a right operand (Products.hpp) that has `columns` of them.
template <bool byMachine> CTORCH_VECTORISED void storePair(float *right, int64_t columns, int64_t column, Vector x0, Vector x1) {
    store(right + column, x0);
    store(right + columns + column, x1);
}
template <bool byMachine> CTORCH_VECTORISED void storePair(BFloat16 *right, int64_t, int64_t column, Vector x0, Vector x1) {
    const Halves a = rounded<byMachine>(x0), b = rounded<byMachine>(x1);
    using Pairs = uint16_t __attribute__((vector_size(64)));
    const Pairs pairs = __builtin_shufflevector(
        a.lanes, b.lanes, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23,  //
        8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
    write(right + 2 * column, Words{(Words::Lanes)pairs});
}
CTORCH_VECTORISED void loadPair(const float *right, int64_t columns, int64_t column, Vector &x0, Vector &x1) {
    x0 = load(right + column);
    x1 = load(right + columns + column);
}
CTORCH_VECTORISED void loadPair(const BFloat16 *right, int64_t, int64_t column, Vector &x0, Vector &x1) {
    const Words pairs = read<Words>(right + 2 * column);
    x0.lanes = (Vector::Lanes)(pairs.lanes << 16);
    x1.lanes = (Vector::Lanes)(pairs.lanes & 0xffff0000u);
}

} // namespace ctorch
