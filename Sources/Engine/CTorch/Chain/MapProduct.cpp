// The product of a small and a large matrix of weights, in bfloat16 with sums and result in float32, as an operator of LibTorch.
//
// LibTorch's own way rounds the large matrix to memory, multiplies, rounds the result and widens it again, and all that once more for the
// gradients. Here a part of the large matrix is rounded where it is multiplied.
#include "../Parallel.hpp"
#include "Products.hpp"

#include <ATen/ops/empty.h>
#include <ATen/ops/matmul.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/library.h>

namespace {

using Number = at::BFloat16;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

constexpr int64_t chunkColumns = 128;

at::Tensor buffer(at::IntArrayRef sizes, at::ScalarType type) { return at::empty(sizes, at::TensorOptions().dtype(type)); }

/// Calls body(column, columns) for every piece of some columns.
template <typename Body> void forEachChunk(int64_t columns, const Body &body) {
    ctorch::inParallel((columns + chunkColumns - 1) / chunkColumns, [&](int64_t chunk) {
        body(chunk * chunkColumns, std::min(chunkColumns, columns - chunk * chunkColumns));
        ctorch::releaseProducts<Number>();
    });
}

/// Columns of a matrix [depth, .. stride] as a right operand [depth, columns].
void packColumns(Number *b, const float *w, int64_t stride, int64_t columns, int64_t depth, Number *scratch) {
    for (int64_t row = 0; row < depth; row += 2) {
        ctorch::rows::store(scratch, w + row * stride, columns);
        ctorch::rows::store(scratch + columns, w + (row + 1) * stride, columns);
        ctorch::rows::interleave(b + row * columns, scratch, scratch + columns, columns);
    }
}

struct MapProduct : torch::autograd::Function<MapProduct> {
    /// a [outputs, depth] times b [depth, width].
    static at::Tensor forward(AutogradContext *context, const at::Tensor &a, const at::Tensor &b) {
        const int64_t outputs = a.size(0), depth = a.size(1), width = b.size(1);
        const at::Tensor left = buffer({outputs, depth}, at::kBFloat16), result = buffer({outputs, width}, at::kFloat);
        ctorch::rows::store(left.mutable_data_ptr<Number>(), a.const_data_ptr<float>(), a.numel());
        forEachChunk(width, [&](int64_t column, int64_t columns) {
            const at::Tensor right = buffer({depth, columns}, at::kBFloat16), scratch = buffer({2, columns}, at::kBFloat16);
            packColumns(
                right.mutable_data_ptr<Number>(), b.const_data_ptr<float>() + column, width, columns, depth,
                scratch.mutable_data_ptr<Number>());
            ctorch::product(
                outputs, columns, depth, left.const_data_ptr<Number>(), depth, right.const_data_ptr<Number>(), columns,
                result.mutable_data_ptr<float>() + column, width);
        });
        context->save_for_backward({a, b});
        return result;
    }

    static variable_list backward(AutogradContext *context, const variable_list &gradients) {
        const auto saved = context->get_saved_variables();
        const auto &a = saved[0], &b = saved[1];
        const at::Tensor gradient = gradients[0].contiguous();
        const int64_t outputs = a.size(0), depth = a.size(1), width = b.size(1);
        const at::Tensor ofA = buffer({outputs, depth}, at::kFloat), ofB = buffer({depth, width}, at::kFloat);
        const at::Tensor left = buffer({outputs, width}, at::kBFloat16);  // the gradient, for a's
        ctorch::rows::store(left.mutable_data_ptr<Number>(), gradient.const_data_ptr<float>(), gradient.numel());
        const at::Tensor transposed = buffer({depth, outputs}, at::kFloat);  // a, for b's gradient
        ctorch::rows::transpose(transposed.mutable_data_ptr(), outputs, a.const_data_ptr(), depth, outputs, depth);
        const at::Tensor leftOfB = buffer({depth, outputs}, at::kBFloat16), rightOfB = buffer({outputs, width}, at::kBFloat16);
        ctorch::rows::store(leftOfB.mutable_data_ptr<Number>(), transposed.const_data_ptr<float>(), a.numel());
        const at::Tensor scratch = buffer({2, width}, at::kBFloat16);
        ctorch::pack(
            rightOfB.mutable_data_ptr<Number>(), gradient.const_data_ptr<float>(), width, outputs, scratch.mutable_data_ptr<Number>());
        forEachChunk(depth, [&](int64_t row, int64_t rows) {
            const at::Tensor right = buffer({width, rows}, at::kBFloat16), scratch = buffer({rows, width}, at::kBFloat16);
            ctorch::packTransposed(
                right.mutable_data_ptr<Number>(), b.const_data_ptr<float>() + row * width, rows, width,
                scratch.mutable_data_ptr<Number>());
            ctorch::product(
                outputs, rows, width, left.const_data_ptr<Number>(), width, right.const_data_ptr<Number>(), rows,
                ofA.mutable_data_ptr<float>() + row, depth);
            for (int64_t column = 0; column < width; column += chunkColumns)
                ctorch::product(
                    rows, std::min(chunkColumns, width - column), outputs, leftOfB.const_data_ptr<Number>() + row * outputs, outputs,
                    rightOfB.const_data_ptr<Number>() + 2 * column, width, ofB.mutable_data_ptr<float>() + row * width + column,
                    width);
        });
        return {ofA, ofB};
    }
};

/// a [outputs, depth] times b [depth, width]: float32 [outputs, width]. What is not for this file is left to LibTorch.
at::Tensor mapProduct(const at::Tensor &a, const at::Tensor &b) {
    TORCH_CHECK(a.dim() == 2 && b.dim() == 2 && a.size(1) == b.size(0), "maps of shapes ", a.sizes(), " and ", b.sizes());
    const auto isOurs = [](const at::Tensor &map) {
        return map.is_cpu() && map.scalar_type() == at::kFloat && map.size(0) % 32 == 0 && map.size(1) % 32 == 0;
    };
    if (!isOurs(a) || !isOurs(b) || !ctorch::isBFloat16InForce() || !ctorch::hasProductsInForce())
        return at::matmul(a, b).to(at::kFloat);
    return MapProduct::apply(a.contiguous(), b.contiguous());
}

} // namespace

TORCH_LIBRARY_FRAGMENT(iisan, library) { library.def("map_product(Tensor a, Tensor b) -> Tensor", mapProduct); }
