// SwiftPM compiles what imports CTorch anew when an object of the target has changed, and not when only a header has: this is the
// object that changes with the header.
#include "CTorch.h"
