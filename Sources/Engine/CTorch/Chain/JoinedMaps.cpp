// Linear maps in a row without an activation between them, multiplied out, as an operator of LibTorch with its own backward pass.
//
// For each of some heads y = W_2 (W_1 x + b_1) + b_2 and its columns F of a map after them: the map F W_2 W_1 and the bias F (W_2 b_1 + b_2);
// without a map after them F is one. In bfloat16 the product with W_1, the large matrix, rounds a part of it where it is multiplied, where
// LibTorch would round it to memory, multiply, round the result and widen it again; sums and results are float32. All else is float32.
#include "../Parallel.hpp"
#include "Products.hpp"

#include <ATen/ops/add.h>
#include <ATen/ops/addr.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/mm.h>
#include <ATen/ops/mv.h>
#include <ATen/ops/outer.h>
#include <ATen/ops/stack.h>
#include <algorithm>
#include <array>
#include <c10/core/impl/LocalDispatchKeySet.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/library.h>

namespace {

using Number = at::BFloat16;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

constexpr int64_t chunkColumns = 128;

at::Tensor buffer(at::IntArrayRef sizes, at::ScalarType type) { return at::empty(sizes, at::TensorOptions().dtype(type)); }

at::Tensor rounded(const at::Tensor &matrix) {
    const at::Tensor result = buffer(matrix.sizes(), at::kBFloat16);
    ctorch::rows::store(result.mutable_data_ptr<Number>(), matrix.const_data_ptr<float>(), matrix.numel());
    return result;
}

/// Calls body(i, begin, count) for every piece of some columns of each of n matrices.
template <typename Body> void forEachChunk(const variable_list &matrices, int64_t dimension, const Body &body) {
    std::vector<std::array<int64_t, 3>> chunks;
    for (int64_t i = 0; i < static_cast<int64_t>(matrices.size()); ++i)
        for (int64_t begin = 0; begin < matrices[i].size(dimension); begin += chunkColumns)
            chunks.push_back({i, begin, std::min(chunkColumns, matrices[i].size(dimension) - begin)});
    ctorch::inParallel(static_cast<int64_t>(chunks.size()), [&](int64_t chunk) {
        const auto [i, begin, count] = chunks[chunk];
        const ctorch::MatrixUnit<Number> unit;
        body(i, begin, count);
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

/// A B for each pair of A [outputs, depth] and B [depth, width], in bfloat16.
variable_list products(const variable_list &as, const variable_list &bs) {
    variable_list lefts, results;
    for (size_t i = 0; i < as.size(); ++i) {
        lefts.push_back(rounded(as[i]));
        results.push_back(buffer({as[i].size(0), bs[i].size(1)}, at::kFloat));
    }
    forEachChunk(bs, 1, [&](int64_t i, int64_t column, int64_t columns) {
        const int64_t outputs = as[i].size(0), depth = as[i].size(1), width = bs[i].size(1);
        const at::Tensor right = buffer({depth, columns}, at::kBFloat16), scratch = buffer({2, columns}, at::kBFloat16);
        packColumns(
            right.mutable_data_ptr<Number>(), bs[i].const_data_ptr<float>() + column, width, columns, depth,
            scratch.mutable_data_ptr<Number>());
        ctorch::product(
            outputs, columns, depth, lefts[i].const_data_ptr<Number>(), depth, right.const_data_ptr<Number>(), columns,
            results[i].mutable_data_ptr<float>() + column, width);
    });
    return results;
}

/// The gradients of each A and each B for those of A B.
std::pair<variable_list, variable_list> productGradients(const variable_list &as, const variable_list &bs, const variable_list &gradients) {
    variable_list ofA, ofB, lefts, transposedAs, rights;
    for (size_t i = 0; i < as.size(); ++i) {
        const int64_t outputs = as[i].size(0), depth = as[i].size(1), width = bs[i].size(1);
        ofA.push_back(buffer(as[i].sizes(), at::kFloat));
        ofB.push_back(buffer(bs[i].sizes(), at::kFloat));
        lefts.push_back(rounded(gradients[i]));
        const at::Tensor transposed = buffer({depth, outputs}, at::kFloat), right = buffer({outputs, width}, at::kBFloat16);
        ctorch::rows::transpose(transposed.mutable_data_ptr(), outputs, as[i].const_data_ptr(), depth, outputs, depth);
        transposedAs.push_back(rounded(transposed));
        const at::Tensor scratch = buffer({2, width}, at::kBFloat16);
        ctorch::pack(
            right.mutable_data_ptr<Number>(), gradients[i].const_data_ptr<float>(), width, outputs, scratch.mutable_data_ptr<Number>());
        rights.push_back(right);
    }
    forEachChunk(bs, 0, [&](int64_t i, int64_t row, int64_t rows) {
        const int64_t outputs = as[i].size(0), depth = as[i].size(1), width = bs[i].size(1);
        const at::Tensor right = buffer({width, rows}, at::kBFloat16), scratch = buffer({rows, width}, at::kBFloat16);
        ctorch::packTransposed(
            right.mutable_data_ptr<Number>(), bs[i].const_data_ptr<float>() + row * width, rows, width,
            scratch.mutable_data_ptr<Number>());
        ctorch::product(
            outputs, rows, width, lefts[i].const_data_ptr<Number>(), width, right.const_data_ptr<Number>(), rows,
            ofA[i].mutable_data_ptr<float>() + row, depth);
        for (int64_t column = 0; column < width; column += chunkColumns)
            ctorch::product(
                rows, std::min(chunkColumns, width - column), outputs, transposedAs[i].const_data_ptr<Number>() + row * outputs, outputs,
                rights[i].const_data_ptr<Number>() + 2 * column, width, ofB[i].mutable_data_ptr<float>() + row * width + column, width);
    });
    return {ofA, ofB};
}

/// The operator's tensors by their kind; those of one kind are one for each head.
struct Heads {
    at::Tensor fusion;  ///< [outputs, all heads' columns], or undefined
    variable_list seconds, secondBiases, firsts, firstBiases;

    Heads(const at::Tensor &fusion, at::TensorList all) : fusion(fusion) {
        const size_t count = all.size() / 4;
        variable_list *kinds[] = {&seconds, &secondBiases, &firsts, &firstBiases};
        for (size_t kind = 0; kind < 4; ++kind) *kinds[kind] = all.slice(kind * count, count).vec();
    }
    size_t count() const { return seconds.size(); }
    /// F of a head.
    at::Tensor after(size_t head) const {
        int64_t before = 0;
        for (size_t i = 0; i < head; ++i) before += seconds[i].size(0);
        return fusion.narrow(1, before, seconds[head].size(0));
    }
    /// F W_2 of each head.
    variable_list lasts() const {
        variable_list all;
        for (size_t i = 0; i < count(); ++i) all.push_back(fusion.defined() ? at::mm(after(i), seconds[i]) : seconds[i].contiguous());
        return all;
    }
    bool fitsKernels() const {
        const auto fits = [](const at::Tensor &map) { return map.is_contiguous() && map.size(0) % 32 == 0 && map.size(1) % 32 == 0; };
        return std::all_of(firsts.begin(), firsts.end(), fits) && std::all_of(seconds.begin(), seconds.end(), fits) &&
            (!fusion.defined() || fusion.size(0) % 32 == 0);
    }
    void check() const {
        for (size_t i = 0; i < count(); ++i)
            TORCH_CHECK(
                firsts[i].dim() == 2 && seconds[i].dim() == 2 && seconds[i].size(1) == firsts[i].size(0) &&
                    firstBiases[i].sizes() == at::IntArrayRef{firsts[i].size(0)} &&
                    secondBiases[i].sizes() == at::IntArrayRef{seconds[i].size(0)} &&
                    (fusion.defined() || seconds[i].size(0) == seconds[0].size(0)),
                "maps of shapes ", firsts[i].sizes(), " and ", seconds[i].sizes());
        int64_t columns = 0;
        for (const auto &second : seconds) columns += second.size(0);
        TORCH_CHECK(count() > 0 && (!fusion.defined() || (fusion.dim() == 2 && fusion.size(1) == columns)), count(), " heads before a map");
    }
};

struct JoinedMaps : torch::autograd::Function<JoinedMaps> {
    static variable_list forward(AutogradContext *context, const std::optional<at::Tensor> &fusion, at::TensorList all) {
        const Heads heads(fusion.value_or(at::Tensor()), all);
        const bool inBFloat16 = ctorch::isBFloat16InForce() && ctorch::hasProductsInForce() && heads.fitsKernels();
        const c10::impl::ExcludeDispatchKeyGuard withoutAutocast(c10::DispatchKey::AutocastCPU);
        const auto lasts = heads.lasts();
        variable_list results, biases;
        if (inBFloat16) results = products(lasts, heads.firsts);
        for (size_t i = 0; i < heads.count(); ++i) {
            if (!inBFloat16) results.push_back(at::mm(lasts[i], heads.firsts[i]));
            const auto second = heads.fusion.defined() ? at::mv(heads.after(i), heads.secondBiases[i]) : heads.secondBiases[i];
            biases.push_back(at::add(at::mv(lasts[i], heads.firstBiases[i]), second));
        }
        results.push_back(at::stack(biases));
        variable_list saved{heads.fusion};
        saved.insert(saved.end(), all.begin(), all.end());
        context->save_for_backward(std::move(saved));
        context->saved_data["inBFloat16"] = inBFloat16;
        return results;
    }

    static variable_list backward(AutogradContext *context, const variable_list &given) {
        // Who calls it may still have autocast on; the products below count on float32.
        const c10::impl::ExcludeDispatchKeyGuard withoutAutocast(c10::DispatchKey::AutocastCPU);
        const auto saved = context->get_saved_variables();
        const Heads heads(saved[0], at::TensorList(saved).slice(1));
        const auto lasts = heads.lasts();
        const size_t count = heads.count();
        variable_list ofMaps, ofLasts, ofFirsts;
        for (size_t i = 0; i < count; ++i) ofMaps.push_back(given[i].contiguous());
        if (context->saved_data["inBFloat16"].toBool()) {
            std::tie(ofLasts, ofFirsts) = productGradients(lasts, heads.firsts, ofMaps);
        } else {
            for (size_t i = 0; i < count; ++i) {
                ofLasts.push_back(at::mm(ofMaps[i], heads.firsts[i].t()));
                ofFirsts.push_back(at::mm(lasts[i].t(), ofMaps[i]));
            }
        }
        variable_list ofSeconds, ofSecondBiases, ofFirstBiases, ofFusion;
        for (size_t i = 0; i < count; ++i) {
            const auto ofBias = given[count][i];
            ofLasts[i].addr_(ofBias, heads.firstBiases[i]);
            ofFirstBiases.push_back(at::mv(lasts[i].t(), ofBias));
            if (heads.fusion.defined()) {
                const auto after = heads.after(i);
                ofFusion.push_back(at::mm(ofLasts[i], heads.seconds[i].t()).addr_(ofBias, heads.secondBiases[i]));
                ofSeconds.push_back(at::mm(after.t(), ofLasts[i]));
                ofSecondBiases.push_back(at::mv(after.t(), ofBias));
            } else {
                ofSeconds.push_back(ofLasts[i]);
                ofSecondBiases.push_back(ofBias);
            }
        }
        variable_list all;
        if (heads.fusion.defined()) all.push_back(at::cat(ofFusion, 1));
        else all.push_back(at::Tensor());
        for (const auto *kind : {&ofSeconds, &ofSecondBiases, &ofFirsts, &ofFirstBiases}) all.insert(all.end(), kind->begin(), kind->end());
        return all;
    }
};

/// The maps [outputs, width] of all heads, then their biases [heads, outputs].
std::vector<at::Tensor> joinedMaps(
    const std::optional<at::Tensor> &fusion, at::TensorList seconds, at::TensorList secondBiases, at::TensorList firsts,
    at::TensorList firstBiases) {
    variable_list all;
    for (const auto &kind : {seconds, secondBiases, firsts, firstBiases}) {
        TORCH_CHECK(kind.size() == seconds.size(), "heads of ", seconds.size(), " and ", kind.size(), " maps and biases");
        all.insert(all.end(), kind.begin(), kind.end());
    }
    for (const auto &tensor : all)
        TORCH_CHECK(tensor.is_cpu() && tensor.scalar_type() == at::kFloat, "maps of type ", tensor.scalar_type(), " on ", tensor.device());
    Heads(fusion.value_or(at::Tensor()), all).check();
    return JoinedMaps::apply(fusion, at::TensorList(all));
}

} // namespace

TORCH_LIBRARY_FRAGMENT(iisan, library) {
    library.def(
        "joined_maps(Tensor? fusion, Tensor[] seconds, Tensor[] second_biases, Tensor[] firsts, Tensor[] first_biases) -> Tensor[]",
        joinedMaps);
}
