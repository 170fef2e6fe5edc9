// A C interface over LibTorch, as narrow as it can be: tensors are opaque handles, and every operator of the library is called by
// its schema's name through one function. No C++ exception leaves it: a function that can fail says so by its result, and
// ctorch_error() then has LibTorch's message.
#ifndef CTORCH_H
#define CTORCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#pragma clang assume_nonnull begin

/// An owned reference to a tensor.
typedef struct CTorchTensorObject *CTorchTensor;
/// An operator of the library; lives as long as the process.
typedef const struct CTorchOperatorObject *CTorchOperator;

/// The message of the last call of this thread that failed.
const char *ctorch_error(void);

// MARK: Operators

typedef enum {
    CTORCH_DEFAULT,  ///< what the schema says
    CTORCH_NONE,
    CTORCH_BOOL,     ///< integer
    CTORCH_INT,      ///< integer
    CTORCH_DOUBLE,   ///< real
    CTORCH_STRING,   ///< text
    CTORCH_TENSOR,   ///< tensors[integer]
    CTORCH_TENSORS,  ///< tensors[integer ..< integer + count]
    CTORCH_INTS,     ///< integers[integer ..< integer + count]
    CTORCH_DEVICE,   ///< integer is the type, count the index
} CTorchKind;

/// One argument; lists lie in the arrays that are handed over with it.
typedef struct {
    CTorchKind kind;
    int64_t integer;
    int64_t count;
    double real;
    const char *_Nullable text;
} CTorchArgument;

/// Finds an operator such as "aten::add" with the overload "Tensor"; null when this LibTorch has none of that name.
CTorchOperator _Nullable ctorch_operator(const char *name, const char *overload);

/// Calls an operator; arguments that are left out at the end have their defaults.
/// Returns how many tensors it gave (lists flattened, absent ones null), or -1.
int32_t ctorch_call(
    CTorchOperator operation, const CTorchArgument *_Nullable arguments, int32_t count,
    const CTorchTensor _Nullable *_Nullable tensors, const int64_t *_Nullable integers,
    CTorchTensor _Nullable *_Nonnull results, int32_t capacity);

// MARK: Tensors

/// A second reference to the same tensor.
CTorchTensor ctorch_retain(CTorchTensor tensor);
void ctorch_release(CTorchTensor tensor);
int64_t ctorch_rank(CTorchTensor tensor);
int64_t ctorch_size(CTorchTensor tensor, int64_t dimension);
int64_t ctorch_element_count(CTorchTensor tensor);
int32_t ctorch_dtype(CTorchTensor tensor);
void ctorch_device(CTorchTensor tensor, int32_t *type, int32_t *index);
bool ctorch_is_contiguous(CTorchTensor tensor);
/// The address of the first element; null for a tensor without storage.
void *_Nullable ctorch_data(CTorchTensor tensor);

/// A tensor over memory of the caller; release(context) is called when the last tensor on it is gone.
CTorchTensor _Nullable ctorch_over_memory(
    void *_Nullable memory, const int64_t *_Nullable sizes, int32_t rank, int32_t dtype,
    void (*release)(void *_Nullable), void *_Nullable context);

// MARK: Autograd

bool ctorch_requires_gradient(CTorchTensor tensor);
bool ctorch_set_requires_gradient(CTorchTensor tensor, bool value);
/// A new reference to the gradient; null where there is none.
CTorchTensor _Nullable ctorch_gradient(CTorchTensor tensor);
void ctorch_clear_gradient(CTorchTensor tensor);
bool ctorch_backward(CTorchTensor tensor);
/// Switches the recording of gradients for this thread; returns what it was.
bool ctorch_set_gradients_enabled(bool value);

/// Switches automatic mixed precision for this thread and device type; dtype -1 switches it off.
/// Returns the dtype that was in force, or -1.
int32_t ctorch_set_autocast(int32_t device, int32_t dtype);

// MARK: Own operators

/// Whether this machine can run iisan::bottleneck_chain in the type that is in force for its products.
bool ctorch_has_chain(void);

// MARK: Random state

bool ctorch_seed(uint64_t seed);
/// The state of a device's default generator, as bytes in a tensor.
CTorchTensor _Nullable ctorch_random_state(int32_t type, int32_t index);
bool ctorch_set_random_state(int32_t type, int32_t index, CTorchTensor state);

// MARK: The library and the machine

/// The version the interface was compiled against and the one that is loaded: major * 1000 + minor.
int32_t ctorch_compiled_version(void);
int32_t ctorch_loaded_version(void);
const char *ctorch_version_text(void);
/// Where the loaded library file is.
const char *ctorch_library_path(void);
const char *ctorch_cpu_capability(void);
int32_t ctorch_thread_count(void);
void ctorch_set_thread_count(int32_t count);
/// Lets malloc keep freed pieces of up to 32 MB, 256 MB in all, for later use.
void ctorch_keep_freed_memory(void);
/// How many devices of a type there are; 0 where the type is not supported.
int32_t ctorch_device_count(int32_t type);
bool ctorch_synchronize(int32_t type, int32_t index);
/// Bytes now and at most held by tensors on an accelerator, and its total memory.
bool ctorch_device_memory(int32_t type, int32_t index, int64_t *current, int64_t *peak, int64_t *total);
bool ctorch_reset_device_peak(int32_t type, int32_t index);

#pragma clang assume_nonnull end

#ifdef __cplusplus
}
#endif

#endif
