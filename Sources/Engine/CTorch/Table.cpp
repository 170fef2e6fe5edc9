#include "Guard.hpp"

/// What the library hands out; Torch asks for it by this name.
extern "C" CTORCH_EXPORT const CTorchFunctions ctorch_functions = {
    ctorch_signatures(),
#define CTORCH(result, name, parameters) ctorch_##name,
#include "CTorchFunctions.h"
#undef CTORCH
};
