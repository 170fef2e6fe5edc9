// Operations with a backward pass of their own, for autograd.
#pragma once

#include <c10/core/GradMode.h>
#include <c10/core/impl/LocalDispatchKeySet.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <vector>

namespace ctorch {

using torch::autograd::variable_list;

/// An operation as autograd records it. Operation has
///
///     at::Tensor forward(at::TensorList inputs, variable_list *saved) const
///     variable_list backward(const variable_list &saved, const at::Tensor &gradient, const std::vector<bool> &isAskedFor) const
///
/// where `saved` takes what the backward pass needs, if there will be one: of inputs and memory among it autograd sees to it that an input
/// which has changed by then is an error, and that the memory goes after the pass, though the graph may stay. `backward` gives a gradient
/// for each input. Precision is the operation's own business: autocast is off in both.
template <typename Operation> struct Recorded : torch::autograd::Function<Recorded<Operation>> {
    struct Kept : torch::CustomClassHolder {
        Kept(const Operation &operation, size_t inputs) : operation(operation), inputs(inputs) {}
        Operation operation;
        size_t inputs;
    };

    static at::Tensor forward(torch::autograd::AutogradContext *context, const Operation &operation, at::TensorList inputs) {
        variable_list saved;
        at::Tensor result = operation.forward(inputs, &saved);
        context->save_for_backward(std::move(saved));
        context->saved_data["kept"] = c10::IValue::make_capsule(c10::make_intrusive<Kept>(operation, inputs.size()));
        return result;
    }

    static variable_list backward(torch::autograd::AutogradContext *context, const variable_list &outputs) {
        const c10::impl::ExcludeDispatchKeyGuard withoutAutocast(c10::DispatchKey::AutocastCPU);
        const auto kept = c10::static_intrusive_pointer_cast<Kept>(context->saved_data["kept"].toCapsule());
        std::vector<bool> isAskedFor;
        for (size_t i = 0; i < kept->inputs; ++i) isAskedFor.push_back(context->needs_input_grad(i));
        variable_list gradients =
            kept->operation.backward(context->get_saved_variables(), outputs[0].to(at::kFloat).contiguous(), isAskedFor);
        gradients.insert(gradients.begin(), at::Tensor());  // of the operation itself, which is an argument, too
        return gradients;
    }
};

/// Where the memory begins that was saved for the backward pass, by the tensors from one on.
inline std::vector<void *> memories(const variable_list &saved, size_t first) {
    std::vector<void *> all;
    for (size_t i = first; i < saved.size(); ++i) all.push_back(saved[i].mutable_data_ptr());
    return all;
}

/// The result of an operation, recorded where gradients are.
template <typename Operation> at::Tensor recorded(const Operation &operation, const variable_list &inputs) {
    const c10::impl::ExcludeDispatchKeyGuard withoutAutocast(c10::DispatchKey::AutocastCPU);
    const bool isRecorded = c10::GradMode::is_enabled() &&
        std::any_of(inputs.begin(), inputs.end(), [](const at::Tensor &input) { return input.requires_grad(); });
    return isRecorded ? Recorded<Operation>::apply(operation, at::TensorList(inputs)) : operation.forward(inputs, nullptr);
}

} // namespace ctorch
