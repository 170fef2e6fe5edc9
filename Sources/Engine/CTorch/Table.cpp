#include "Guard.hpp"

/// What the library hands out; Torch asks for it by this name. Every function is guarded.
extern "C" CTORCH_EXPORT const CTorchFunctions ctorch_functions = {
    ctorch_signatures(),
#define CTORCH(result, name, parameters) ctorch::Guarded<&ctorch_##name>::call,
#include "CTorchFunctions.h"
#undef CTORCH
};
