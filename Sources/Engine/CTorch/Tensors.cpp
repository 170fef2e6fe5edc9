#include "Guard.hpp"
#include "Machine.hpp"

#include <ATen/autocast_mode.h>
#include <ATen/ops/from_blob.h>
#include <c10/core/GradMode.h>
#include <torch/csrc/autograd/autograd.h>

#include <memory>

using ctorch::Borrowed;

std::string &ctorch::message() {
    thread_local std::string text;
    return text;
}

const char *ctorch_error(void) { return ctorch::message().c_str(); }

CTorchTensor ctorch_retain(CTorchTensor tensor) { return ctorch::give(ctorch::retained(tensor)); }

void ctorch_release(CTorchTensor tensor) {
    c10::intrusive_ptr<at::TensorImpl, at::UndefinedTensorImpl>::reclaim(reinterpret_cast<at::TensorImpl *>(tensor));
}

int64_t ctorch_rank(CTorchTensor tensor) { return Borrowed(tensor)->dim(); }

int64_t ctorch_size(CTorchTensor tensor, int64_t dimension) { return Borrowed(tensor)->size(dimension); }

int64_t ctorch_element_count(CTorchTensor tensor) { return Borrowed(tensor)->numel(); }

int32_t ctorch_dtype(CTorchTensor tensor) { return static_cast<int32_t>(Borrowed(tensor)->scalar_type()); }

bool ctorch_device(CTorchTensor tensor, int32_t *type, int32_t *index) {
    const auto device = Borrowed(tensor)->device();
    *type = static_cast<int32_t>(device.type());
    *index = device.has_index() ? device.index() : 0;
    return true;
}

bool ctorch_is_contiguous(CTorchTensor tensor) { return Borrowed(tensor)->is_contiguous(); }

void *ctorch_data(CTorchTensor tensor) { return Borrowed(tensor)->data_ptr(); }

CTorchTensor ctorch_over_memory(
    void *memory, const int64_t *sizes, int32_t rank, int32_t dtype, void (*release)(void *), void *context) {
    // Whoever calls keeps the context where this fails.
    auto owns = std::make_shared<bool>(false);
    auto options = at::TensorOptions().dtype(static_cast<at::ScalarType>(dtype));
    auto tensor = at::from_blob(
        memory, at::IntArrayRef(sizes, rank),
        [release, context, owns](void *) {
            if (*owns) release(context);
        },
        options);
    *owns = true;
    return ctorch::give(std::move(tensor));
}

bool ctorch_requires_gradient(CTorchTensor tensor) { return Borrowed(tensor)->requires_grad(); }

bool ctorch_set_requires_gradient(CTorchTensor tensor, bool value) {
    Borrowed(tensor)->set_requires_grad(value);
    return true;
}

CTorchTensor ctorch_gradient(CTorchTensor tensor) { return ctorch::give(Borrowed(tensor)->grad()); }

bool ctorch_clear_gradient(CTorchTensor tensor) {
    Borrowed(tensor)->mutable_grad().reset();
    return true;
}

bool ctorch_backward(CTorchTensor tensor) {
    torch::autograd::backward({*Borrowed(tensor)});
    return true;
}

bool ctorch_set_gradients_enabled(bool value) {
    const bool before = c10::GradMode::is_enabled();
    c10::GradMode::set_enabled(value);
    return before;
}

bool ctorch::isBFloat16InForce() {
    return at::autocast::is_autocast_enabled(at::kCPU) && at::autocast::get_autocast_dtype(at::kCPU) == at::kBFloat16;
}

int32_t ctorch_set_autocast(int32_t device, int32_t dtype) {
    const auto type = static_cast<at::DeviceType>(device);
    const int32_t before = at::autocast::is_autocast_enabled(type)
        ? static_cast<int32_t>(at::autocast::get_autocast_dtype(type))
        : -1;
    at::autocast::set_autocast_enabled(type, dtype >= 0);
    if (dtype >= 0) at::autocast::set_autocast_dtype(type, static_cast<at::ScalarType>(dtype));
    // Casts of weights are kept from one operation to the next; they must not outlive the weights' next change.
    at::autocast::clear_cache();
    return before;
}
