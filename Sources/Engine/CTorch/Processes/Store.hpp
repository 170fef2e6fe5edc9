// A store of keys and values that several processes share, by which they find each other.
#pragma once

#include "CTorch.h"

#include <torch/csrc/distributed/c10d/Store.hpp>

#include <chrono>

struct CTorchStoreObject {
    c10::intrusive_ptr<c10d::Store> store;
    uint16_t port;  ///< where it is served
};

namespace ctorch {

/// A span of time as c10d takes it.
inline std::chrono::milliseconds milliseconds(double seconds) {
    return std::chrono::milliseconds(static_cast<int64_t>(seconds * 1000));
}

} // namespace ctorch
