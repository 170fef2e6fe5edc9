// Work of an accelerator that is recorded once and done again with one call: a graph of CUDA, for one.

#include "../Guard.hpp"

#include <c10/core/Stream.h>
#include <c10/core/impl/DeviceGuardImplInterface.h>

#include <memory>

#if __has_include(<ATen/accelerator/Graph.h>)
#include <ATen/accelerator/Graph.h>
using RecordedGraph = at::accelerator::Graph;
#else
#include "Declarations/CUDAGraph.h"
using RecordedGraph = at::cuda::CUDAGraph;
#endif

namespace {

/// What was recorded, and while it is recorded the stream that takes it in.
struct Capture {
    Capture(const c10::impl::DeviceGuardImplInterface *guard, c10::Stream stream)
        : guard(guard), stream(stream), before(guard->getStream(stream.device())), deviceBefore(guard->getDevice()) {}
    ~Capture() { leave(); }

    /// Lets all that the thread gives to the device go into the recording.
    void enter() {
        guard->setDevice(stream.device());
        guard->exchangeStream(stream);
        isRecording = true;
    }

    /// Gives the thread its stream and device back.
    void leave() {
        if (!isRecording) return;
        guard->exchangeStream(before);
        guard->setDevice(deviceBefore);
        isRecording = false;
    }

    const c10::impl::DeviceGuardImplInterface *guard;
    /// That which all else is on cannot record.
    c10::Stream stream;
    c10::Stream before;
    c10::Device deviceBefore;
    RecordedGraph graph;
    bool isRecording = false;
};

Capture &capture(CTorchCapture handle) { return *reinterpret_cast<Capture *>(handle); }

} // namespace

bool ctorch_can_capture(int32_t type) {
    return static_cast<c10::DeviceType>(type) == c10::DeviceType::CUDA && c10::impl::hasDeviceGuardImpl(c10::DeviceType::CUDA);
}

CTorchCapture ctorch_begin_capture(int32_t type, int32_t index, CTorchCapture _Nullable other) {
    TORCH_CHECK(ctorch_can_capture(type), "this LibTorch records nothing on such a device");
    const c10::Device device(static_cast<c10::DeviceType>(type), static_cast<c10::DeviceIndex>(index));
    const auto *guard = c10::impl::getDeviceGuardImpl(device.type());
    // One stream for those that share memory: the libraries of products keep some 32 MB of work space for each stream.
    auto made = std::make_unique<Capture>(guard, other ? capture(other).stream : guard->getStreamFromGlobalPool(device));
    guard->synchronizeDevice(device.index());
    made->enter();
    if (other) made->graph.capture_begin(capture(other).graph.pool());
    else made->graph.capture_begin();
    return reinterpret_cast<CTorchCapture>(made.release());
}

bool ctorch_end_capture(CTorchCapture handle) {
    capture(handle).graph.capture_end();
    capture(handle).leave();
    return true;
}

bool ctorch_replay(CTorchCapture handle) {
    capture(handle).graph.replay();
    return true;
}

void ctorch_release_capture(CTorchCapture handle) {
    auto &made = capture(handle);
    if (made.isRecording) {
        // What could not be recorded leaves the stream recording; its end says so once more.
        try {
            made.graph.capture_end();
        } catch (const std::exception &) {
        }
    }
    delete &made;
}
