// The numbers of a tensor by their type.
#pragma once

#include <ATen/core/Tensor.h>
#include <c10/core/ScalarType.h>
#include <c10/util/Exception.h>

namespace ctorch {

/// The address of a tensor's numbers, which have to be of type T. LibTorch's own template of this kind has a name in its library that not
/// every compiler gives it.
template <typename T> const T *numbers(const at::Tensor &tensor) {
    TORCH_CHECK(
        tensor.scalar_type() == c10::CppTypeToScalarType<T>::value, "numbers of type ", tensor.scalar_type(), ", expected ",
        c10::CppTypeToScalarType<T>::value);
    return static_cast<const T *>(tensor.const_data_ptr());
}

} // namespace ctorch
