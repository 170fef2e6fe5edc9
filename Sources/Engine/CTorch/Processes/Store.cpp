#include "Store.hpp"

#include "../Guard.hpp"

#include <ATen/ops/empty.h>
#include <c10/util/Logging.h>
#include <torch/csrc/distributed/c10d/PrefixStore.hpp>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>

#include <arpa/inet.h>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <netinet/in.h>
#include <string_view>
#include <sys/socket.h>
#include <unistd.h>

namespace {

/// A socket that listens at the loopback address alone, with its port, which is a free one for 0.
///
/// c10d would listen at all addresses of the machine.
std::pair<int, uint16_t> loopbackListener(uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    auto *const own = reinterpret_cast<sockaddr *>(&address);
    const int yes = 1, listener = socket(AF_INET, SOCK_STREAM, 0);
    // Not for the processes that are started.
    if (listener >= 0 && fcntl(listener, F_SETFD, FD_CLOEXEC) == 0 && setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) == 0 && bind(listener, own, length) == 0 &&
        listen(listener, SOMAXCONN) == 0 && getsockname(listener, own, &length) == 0)
        return {listener, ntohs(address.sin_port)};
    const int reason = errno;
    if (listener >= 0) close(listener);
    TORCH_CHECK(false, "port ", port, " of the loopback address: ", std::strerror(reason));
}

/// Lets c10d print nothing of its own: it warns of sockets where a process is missed, and that is said by who misses it.
void keepSilent() {
    static const bool done = [] {
        setenv("TORCH_CPP_LOG_LEVEL", "ERROR", 0);
        c10::initLogging();
        return true;
    }();
    (void)done;
}

} // namespace

CTorchStore ctorch_open_store(const char *host, int32_t port, bool serves, const char *prefix, double timeout) {
    keepSilent();
    TORCH_CHECK(port >= 0 && port < 65536, "there is no port ", port);
    c10d::TCPStoreOptions options;
    options.port = static_cast<uint16_t>(port);
    options.isServer = serves;
    options.waitWorkers = false;
    options.timeout = ctorch::milliseconds(timeout);
    if (serves && std::string_view(host) == "127.0.0.1") {
        // The store takes the socket over.
        const auto [listener, own] = loopbackListener(options.port);
        options.masterListenFd = listener;
        options.port = own;
    }
    const auto store = c10::make_intrusive<c10d::TCPStore>(host, options);
    return new CTorchStoreObject{c10::make_intrusive<c10d::PrefixStore>(prefix, store), store->getPort()};
}

void ctorch_close_store(CTorchStore store) { delete store; }

int32_t ctorch_store_port(CTorchStore store) { return store->port; }

bool ctorch_store_set(CTorchStore store, const char *key, const void *bytes, int64_t count) {
    const auto *start = static_cast<const uint8_t *>(bytes);
    store->store->set(key, std::vector<uint8_t>(start, start + count));
    return true;
}

CTorchTensor ctorch_store_get(CTorchStore store, const char *key, double timeout) {
    store->store->wait({key}, ctorch::milliseconds(timeout));
    const std::vector<uint8_t> value = store->store->get(key);
    at::Tensor bytes = at::empty({static_cast<int64_t>(value.size())}, at::kByte);
    std::copy(value.begin(), value.end(), bytes.mutable_data_ptr<uint8_t>());
    return ctorch::give(std::move(bytes));
}

int32_t ctorch_store_has(CTorchStore store, const char *key) { return store->store->check({key}) ? 1 : 0; }

int64_t ctorch_store_add(CTorchStore store, const char *key, int64_t amount) { return store->store->add(key, amount); }
