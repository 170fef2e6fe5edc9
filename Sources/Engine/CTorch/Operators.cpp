#include "Guard.hpp"

#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/core/ivalue.h>

#include <vector>

using c10::IValue;
using ctorch::retained;

namespace {

IValue value(
    const CTorchArgument &argument, const CTorchTensor _Nullable *tensors, const int64_t *integers,
    const c10::Argument &expected) {
    switch (argument.kind) {
    case CTORCH_DEFAULT:
        TORCH_CHECK(expected.default_value().has_value(), "argument ", expected.name(), " has no default");
        return *expected.default_value();
    case CTORCH_NONE: return IValue();
    case CTORCH_BOOL: return IValue(argument.integer != 0);
    case CTORCH_INT: return IValue(argument.integer);
    case CTORCH_DOUBLE: return IValue(argument.real);
    case CTORCH_STRING: return IValue(std::string(argument.text));
    case CTORCH_TENSOR: return IValue(retained(tensors[argument.integer]));
    case CTORCH_TENSORS: {
        // A list of optional tensors (an index per dimension) is another type than a list of tensors.
        const auto &type = *expected.type();
        const bool optional = type.kind() == c10::TypeKind::ListType &&
            type.castRaw<c10::ListType>()->getElementType()->kind() == c10::TypeKind::OptionalType;
        if (optional) {
            c10::List<std::optional<at::Tensor>> list;
            for (int64_t i = 0; i < argument.count; ++i) {
                auto tensor = retained(tensors[argument.integer + i]);
                list.push_back(tensor.defined() ? std::optional<at::Tensor>(std::move(tensor)) : std::nullopt);
            }
            return IValue(std::move(list));
        }
        c10::List<at::Tensor> list;
        list.reserve(argument.count);
        for (int64_t i = 0; i < argument.count; ++i) list.push_back(retained(tensors[argument.integer + i]));
        return IValue(std::move(list));
    }
    case CTORCH_INTS:
        return IValue(c10::List<int64_t>(c10::ArrayRef<int64_t>(integers + argument.integer, argument.count)));
    case CTORCH_DEVICE:
        return IValue(c10::Device(
            static_cast<c10::DeviceType>(argument.integer), static_cast<c10::DeviceIndex>(argument.count)));
    }
    TORCH_CHECK(false, "unknown kind of argument ", static_cast<int>(argument.kind));
}

} // namespace

CTorchOperator ctorch_find_operator(const char *name, const char *overload) {
    auto found = c10::Dispatcher::singleton().findSchema({name, overload});
    TORCH_CHECK(found, "this LibTorch has no operator ", name, ".", overload);
    return reinterpret_cast<CTorchOperator>(new c10::OperatorHandle(*found));
}

int32_t ctorch_call(
    CTorchOperator operation, const CTorchArgument *arguments, int32_t count, const CTorchTensor _Nullable *tensors,
    const int64_t *integers, CTorchTensor _Nullable *results, int32_t capacity) {
    const auto &handle = *reinterpret_cast<const c10::OperatorHandle *>(operation);
    const auto &expected = handle.schema().arguments();
    TORCH_CHECK(
        static_cast<size_t>(count) <= expected.size(), handle.schema().name(), " takes ", expected.size(), " arguments, not ", count);
    torch::jit::Stack stack;
    stack.reserve(expected.size());
    for (int32_t i = 0; i < count; ++i) stack.push_back(value(arguments[i], tensors, integers, expected[i]));
    for (size_t i = count; i < expected.size(); ++i)
        stack.push_back(value({CTORCH_DEFAULT, 0, 0, 0, nullptr}, tensors, integers, expected[i]));
    handle.callBoxed(&stack);
    // Nothing is given away before all of it fits.
    std::vector<at::Tensor> all;
    for (auto &result : stack) {
        if (result.isTensor()) all.push_back(std::move(result).toTensor());
        else if (result.isTensorList())
            for (const at::Tensor &tensor : result.toTensorVector()) all.push_back(tensor);
    }
    TORCH_CHECK(
        all.size() <= static_cast<size_t>(capacity), handle.schema().name(), " gives ", all.size(), " tensors, more than ", capacity);
    for (size_t i = 0; i < all.size(); ++i) results[i] = ctorch::give(std::move(all[i]));
    return static_cast<int32_t>(all.size());
}
