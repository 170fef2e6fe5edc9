#include "Products.hpp"

#include <ATen/autocast_mode.h>

namespace ctorch {

namespace {

/// Tries one: what a machine lacks is an exception.
template <typename Number> bool canMultiply() {
    try {
        if (Operand<Number>::group == 2 && !at::native::cpublas::could_pack(Operand<Number>::type)) return false;
        alignas(64) Number a[32 * 32] = {};
        alignas(64) float c[32 * 32];
        product(32, 32, 32, a, 32, a, 32, c, 32);
        releaseProducts<Number>();
        return true;
    } catch (const std::exception &) { return false; }
}

} // namespace

bool isBFloat16InForce() {
    return at::autocast::is_autocast_enabled(at::kCPU) && at::autocast::get_autocast_dtype(at::kCPU) == at::kBFloat16;
}

bool hasProductsInForce() {
    static const bool inFloat = canMultiply<float>(), inBFloat16 = canMultiply<at::BFloat16>();
    return isBFloat16InForce() ? inBFloat16 : inFloat;
}

} // namespace ctorch
