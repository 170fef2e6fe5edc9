// What all files of the interface share: handles and the turning of exceptions into messages.
#pragma once

#include "CTorch.h"

#include <ATen/core/Tensor.h>
#include <c10/util/Exception.h>

#include <string>

#pragma clang assume_nonnull begin

#define CTORCH_EXPORT __attribute__((visibility("default")))

namespace ctorch {

/// The last message of this thread.
std::string &message();

/// Runs a body; an exception becomes the message and the result `failed`.
template <typename Result, typename Body> Result guarded(Result failed, Body body) noexcept {
    try {
        return body();
    } catch (const c10::Error &error) {
        message() = error.what_without_backtrace();
    } catch (const std::exception &error) {
        message() = error.what();
    } catch (...) {
        message() = "unknown exception";
    }
    return failed;
}

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

} // namespace ctorch

#pragma clang assume_nonnull end
