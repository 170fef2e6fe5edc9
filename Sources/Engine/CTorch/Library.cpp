#include "Guard.hpp"
#include "Kernels/Fates.hpp"
#include "Machine.hpp"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <ATen/ops/empty.h>
#include <c10/core/CachingDeviceAllocator.h>
#include <c10/core/impl/DeviceGuardImplInterface.h>
#include <torch/csrc/inductor/aoti_torch/c/shim.h>
#include <torch/version.h>

#include <dlfcn.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

using ctorch::Borrowed;

namespace {

/// The default generator of a device.
at::Generator generator(int32_t type, int32_t index) {
    // A processor has no index for LibTorch.
    const auto kind = static_cast<c10::DeviceType>(type);
    return at::globalContext().defaultGenerator(
        c10::Device(kind, kind == c10::DeviceType::CPU ? -1 : static_cast<c10::DeviceIndex>(index)));
}

} // namespace

bool ctorch_seed(uint64_t seed) {
    at::manual_seed(seed);
    return true;
}

CTorchTensor ctorch_random_state(int32_t type, int32_t index) {
    auto source = generator(type, index);
    std::lock_guard<std::mutex> lock(source.mutex());
    return ctorch::give(source.get_state());
}

bool ctorch_set_random_state(int32_t type, int32_t index, CTorchTensor state) {
    auto target = generator(type, index);
    std::lock_guard<std::mutex> lock(target.mutex());
    target.set_state(*Borrowed(state));
    return true;
}

ctorch::Fates ctorch::Fates::drawn(double probability) {
    auto source = at::detail::getDefaultCPUGenerator();
    std::lock_guard<std::mutex> lock(source.mutex());
    return {probability, at::check_generator<at::CPUGeneratorImpl>(source)->random64()};
}

CTorchTensor ctorch_dropout_factors(int64_t count, double probability) {
    TORCH_CHECK(count >= 0 && probability >= 0 && probability < 1, "dropout of ", count, " numbers with a probability of ", probability);
    at::Tensor factors = at::empty({count}, at::kFloat);
    const auto fates = ctorch::Fates::drawn(probability);
    constexpr int64_t piece = 1 << 16;
    ctorch::inParallel((count + piece - 1) / piece, [&](int64_t part) {
        const int64_t start = part * piece;
        fates.drop(factors.mutable_data_ptr<float>() + start, start, std::min(piece, count - start));
    });
    return ctorch::give(std::move(factors));
}

int32_t ctorch_compiled_version(void) { return TORCH_VERSION_MAJOR * 1000 + TORCH_VERSION_MINOR; }

int32_t ctorch_loaded_version(void) {
    const uint64_t version = aoti_torch_abi_version();
    return static_cast<int32_t>((version >> 56) & 0xff) * 1000 + static_cast<int32_t>((version >> 48) & 0xff);
}

const char *ctorch_version_text(void) { return TORCH_VERSION; }

const char *ctorch_library_path(void) {
    Dl_info info;
    if (dladdr(reinterpret_cast<const void *>(&aoti_torch_abi_version), &info) == 0 || info.dli_fname == nullptr) return "unknown";
    return info.dli_fname;
}

const char *ctorch_cpu_capability(void) {
    static const std::string text = at::get_cpu_capability();
    return text.c_str();
}

int32_t ctorch_bfloat16_products(void) { return static_cast<int32_t>(ctorch::bfloat16Instructions()); }

int32_t ctorch_thread_count(void) { return at::get_num_threads(); }

bool ctorch_set_thread_count(int32_t count) {
    // OpenMP ends the process where the system gives it no more threads.
    TORCH_CHECK(count >= 1 && count <= 1024, "the number of threads is ", count, ", expected 1 to 1024");
    at::set_num_threads(count);
    return true;
}

int32_t ctorch_device_count(int32_t type) {
    const auto device = static_cast<c10::DeviceType>(type);
    if (device == c10::DeviceType::CPU) return 1;
    if (!c10::impl::hasDeviceGuardImpl(device)) return 0;
    return c10::impl::getDeviceGuardImpl(device)->deviceCount();
}

bool ctorch_synchronize(int32_t type, int32_t index) {
    const auto device = static_cast<c10::DeviceType>(type);
    if (device == c10::DeviceType::CPU) return true;
    c10::impl::getDeviceGuardImpl(device)->synchronizeDevice(static_cast<c10::DeviceIndex>(index));
    return true;
}

bool ctorch_device_memory(int32_t type, int32_t index, int64_t *current, int64_t *peak, int64_t *total) {
    auto *allocator = c10::getDeviceAllocator(static_cast<c10::DeviceType>(type));
    const auto device = static_cast<c10::DeviceIndex>(index);
    const auto stats = allocator->getDeviceStats(device);
    const auto all = static_cast<size_t>(c10::CachingAllocator::StatType::AGGREGATE);
    *current = stats.allocated_bytes[all].current;
    *peak = stats.allocated_bytes[all].peak;
    *total = static_cast<int64_t>(allocator->getMemoryInfo(device).second);
    return true;
}

bool ctorch_reset_device_peak(int32_t type, int32_t index) {
    c10::getDeviceAllocator(static_cast<c10::DeviceType>(type))->resetPeakStats(static_cast<c10::DeviceIndex>(index));
    return true;
}

void ctorch_avoid_plans(void) { at::globalContext().setSDPUseCuDNN(false); }

void ctorch_keep_freed_memory(void) {
#ifdef __GLIBC__
    mallopt(M_MMAP_THRESHOLD, 32 << 20);
    mallopt(M_TRIM_THRESHOLD, 256 << 20);
#endif
}

/// What the library hands out; Torch asks for it by this name. Every function is guarded.
extern "C" CTORCH_EXPORT const CTorchFunctions ctorch_functions = {
    ctorch_signatures(),
#define CTORCH(result, name, parameters) ctorch::Guarded<&ctorch_##name>::call,
#include "CTorchFunctions.h"
#undef CTORCH
};
