// Compiles a function for several instruction sets; the machine's best one is chosen when the library is loaded.
#pragma once

#if defined(__x86_64__) && defined(__linux__)
#define CTORCH_VECTORISED __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define CTORCH_VECTORISED
#endif
