// The computing that is LibTorch's own: products on one thread, and functions of each number.
#include "Products.hpp"
#include "Rows.hpp"

#include <ATen/native/CPUBlas.h>
#include <ATen/ops/exp.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/gelu.h>
#include <ATen/ops/gelu_backward.h>

namespace ctorch {

using at::native::cpublas::brgemm;

void product(
    int64_t rows, int64_t columns, int64_t depth, const float *a, int64_t aStride, const float *b, int64_t bStride, float *c,
    int64_t cStride, bool adds) {
    brgemm(rows, columns, depth, aStride, bStride, cStride, adds, a, b, c, false);
}

void product(
    int64_t rows, int64_t columns, int64_t depth, const BFloat16 *a, int64_t aStride, const BFloat16 *b, int64_t bStride, float *c,
    int64_t cStride, bool adds) {
    const auto theirs = [](const BFloat16 *x) { return reinterpret_cast<const at::BFloat16 *>(x); };
    brgemm(rows, columns, depth, aStride, bStride, cStride, adds, theirs(a), theirs(b), c, true);
}

template <typename Number> MatrixUnit<Number>::~MatrixUnit() {
    try {
        at::native::cpublas::brgemm_release(group<Number> == 2);
    } catch (...) {
        // What never got the unit has none to give back.
    }
}
template struct MatrixUnit<float>;
template struct MatrixUnit<BFloat16>;

namespace rows {

namespace {

at::Tensor tensor(const float *numbers, int64_t count) { return at::from_blob(const_cast<float *>(numbers), {count}, at::kFloat); }

} // namespace

void exponentiate(float *x, int64_t count) {
    at::Tensor all = tensor(x, count);
    at::exp_(all);
}

void gelu(float *x, int64_t count) {
    at::Tensor all = tensor(x, count);
    at::gelu_out(all, all);
}

void geluGradient(float *g, const float *x, int64_t count) {
    at::Tensor all = tensor(g, count);
    at::gelu_backward_out(all, all, tensor(x, count));
}

} // namespace rows

} // namespace ctorch
