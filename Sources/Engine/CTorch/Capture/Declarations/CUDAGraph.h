// What of LibTorch's own ATen/cuda/CUDAGraph.h is called, for versions before 2.13: that header needs those of CUDA, which LibTorch does not
// bring. The functions are in libtorch_cuda, and are looked up when they are first called: only where there is such a device.
#pragma once

#include <c10/core/Allocator.h>

#include <cstddef>

/// CUDA's; by default nothing that would break a recording is allowed anywhere.
enum cudaStreamCaptureMode { cudaStreamCaptureModeGlobal = 0 };

namespace at::cuda {

struct CUDAGraph {
    explicit CUDAGraph(bool keep_graph = false);
    ~CUDAGraph();
    CUDAGraph(const CUDAGraph &) = delete;
    CUDAGraph &operator=(const CUDAGraph &) = delete;

    void capture_begin(c10::MempoolId_t pool = {0, 0}, cudaStreamCaptureMode mode = cudaStreamCaptureModeGlobal);
    void capture_end();
    void replay();
    c10::MempoolId_t pool();

  private:
    // Several times what its own members take in 2.11 and 2.12.
    alignas(std::max_align_t) std::byte members_[4096];
};

} // namespace at::cuda
