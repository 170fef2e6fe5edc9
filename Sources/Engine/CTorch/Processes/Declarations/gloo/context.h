// LibTorch brings Gloo's code along, but not its headers. What c10d's header of its process group needs of them stands in this folder:
// names that it points to, a function that it calls, and the one class that it derives from.
#pragma once

#include <chrono>

namespace gloo {

class Context {
  public:
    void setTimeout(std::chrono::milliseconds timeout);
};

namespace transport {

class UnboundBuffer;

} // namespace transport

} // namespace gloo
