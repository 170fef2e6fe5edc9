// What all files of the interface share: handles and the turning of exceptions into messages. The functions themselves may throw;
// what the table hands out does not.
#pragma once

#include "CTorch.h"

#include <ATen/core/Tensor.h>
#include <c10/util/Exception.h>

#include <exception>
#include <string>
#include <type_traits>

#pragma clang assume_nonnull begin

#define CTORCH_EXPORT __attribute__((visibility("default")))

namespace ctorch {

/// The last message of this thread.
std::string &message();

/// What says that a call failed: false, null or -1.
template <typename Result> Result failed() {
    if constexpr (std::is_same_v<Result, const char *>) return "";
    else if constexpr (std::is_pointer_v<Result>) return nullptr;
    else if constexpr (std::is_same_v<Result, bool>) return false;
    else if constexpr (!std::is_void_v<Result>) return -1;
}

/// A function of the interface as the table has it: no exception leaves it; its text becomes the message, and the result says that the
/// call failed.
template <auto function> struct Guarded;

template <typename Result, typename... Parameters, Result (*function)(Parameters...)> struct Guarded<function> {
    static Result call(Parameters... parameters) noexcept {
        try {
            return function(parameters...);
        } catch (const c10::Error &error) {
            keep(error.what_without_backtrace());
        } catch (const std::exception &error) {
            keep(error.what());
        } catch (...) {
            keep("unknown exception");
        }
        return failed<Result>();
    }

  private:
    /// Keeps a message; an empty one where there is no memory for it.
    static void keep(const char *text) noexcept {
        try {
            message() = text;
        } catch (...) {
            message().clear();
        }
    }
};

/// Gives a tensor to the caller, who has to release it; null for an undefined one.
inline CTorchTensor _Nullable give(at::Tensor tensor) {
    if (!tensor.defined()) return nullptr;
    return reinterpret_cast<CTorchTensor>(tensor.unsafeReleaseTensorImpl());
}

/// A tensor borrowed from its handle for the length of a call, without touching its reference count.
class Borrowed {
  public:
    explicit Borrowed(CTorchTensor handle)
        : tensor_(c10::intrusive_ptr<at::TensorImpl, at::UndefinedTensorImpl>::reclaim(
              reinterpret_cast<at::TensorImpl *>(handle))) {}
    ~Borrowed() { (void)tensor_.unsafeReleaseTensorImpl(); }
    Borrowed(const Borrowed &) = delete;
    Borrowed &operator=(const Borrowed &) = delete;
    const at::Tensor &operator*() const { return tensor_; }
    const at::Tensor *operator->() const { return &tensor_; }

  private:
    at::Tensor tensor_;
};

/// A new reference to the tensor of a handle; an undefined tensor for null.
inline at::Tensor retained(CTorchTensor _Nullable handle) { return handle ? *Borrowed(handle) : at::Tensor(); }

} // namespace ctorch

#pragma clang assume_nonnull end
