// What operators of our own read of tensors.
#pragma once

#include <ATen/core/Tensor.h>
#include <c10/core/ScalarType.h>
#include <c10/util/Exception.h>

namespace ctorch {

/// The numbers of a tensor, which have to be of type T, of certain sizes and one after the other in the processor's memory; an error has the
/// name. LibTorch's own template of this kind has a name in its library that not every compiler gives it.
template <typename T> const T *numbers(const at::Tensor &tensor, at::IntArrayRef sizes, const char *name) {
    constexpr auto type = c10::CppTypeToScalarType<T>::value;
    TORCH_CHECK(
        tensor.sizes() == sizes && tensor.scalar_type() == type && tensor.is_contiguous() && tensor.is_cpu(), name, " of type ",
        tensor.scalar_type(), " and shape ", tensor.sizes(), ", expected ", type, " ", sizes, " in the processor's memory");
    return static_cast<const T *>(tensor.const_data_ptr());
}

} // namespace ctorch
