// Gloo's collectives, which every process of a group calls in the same order.
#include "Store.hpp"

#include "../Guard.hpp"

#define USE_C10D_GLOO
#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>

using ctorch::Borrowed;

struct CTorchGroupObject {
    c10::intrusive_ptr<c10d::ProcessGroupGloo> group;
};

namespace {

/// Waits for the others; c10d throws where one does not come in time.
bool finished(const c10::intrusive_ptr<c10d::Work> &work) {
    work->wait();
    return true;
}

} // namespace

CTorchGroup ctorch_join_group(CTorchStore store, int32_t rank, int32_t size, const char *address, bool is_interface, double timeout) {
    TORCH_CHECK(rank >= 0 && rank < size, "there is no rank ", rank, " among ", size);
    auto options = c10d::ProcessGroupGloo::Options::create(ctorch::milliseconds(timeout));
    options->devices.push_back(
        is_interface ? c10d::ProcessGroupGloo::createDeviceForInterface(address)
                     : c10d::ProcessGroupGloo::createDeviceForHostname(address));
    return new CTorchGroupObject{c10::make_intrusive<c10d::ProcessGroupGloo>(store->store, rank, size, options)};
}

void ctorch_leave_group(CTorchGroup group) { delete group; }

bool ctorch_group_reduce(CTorchGroup group, CTorchTensor tensor, bool takes_greatest) {
    std::vector<at::Tensor> tensors{*Borrowed(tensor)};
    c10d::AllreduceOptions options;
    options.reduceOp = takes_greatest ? c10d::ReduceOp::MAX : c10d::ReduceOp::SUM;
    return finished(group->group->allreduce(tensors, options));
}

bool ctorch_group_gather(CTorchGroup group, CTorchTensor own, CTorchTensor all) {
    at::Tensor input = *Borrowed(own), output = *Borrowed(all);
    return finished(group->group->_allgather_base(output, input));
}

bool ctorch_group_scatter_sum(CTorchGroup group, CTorchTensor all, CTorchTensor own) {
    at::Tensor input = *Borrowed(all), output = *Borrowed(own);
    return finished(group->group->_reduce_scatter_base(output, input));
}

bool ctorch_group_broadcast(CTorchGroup group, CTorchTensor tensor, int32_t root) {
    std::vector<at::Tensor> tensors{*Borrowed(tensor)};
    c10d::BroadcastOptions options;
    options.rootRank = root;
    return finished(group->group->broadcast(tensors, options));
}
