// Every function of the interface, CTORCH(result, name, parameters) for `result ctorch_name(parameters)`: this list makes their
// declarations, the table and the text by which a table of another list is recognised. Nothing else has to be written for a new
// function but the function itself.

#pragma clang assume_nonnull begin

/// The message of the last call of this thread that failed.
CTORCH(const char *_Nonnull, error, (void))

// MARK: Operators

/// Finds an operator such as "aten::add" with the overload "Tensor"; null when this LibTorch has none of that name.
CTORCH(CTorchOperator _Nullable, find_operator, (const char *name, const char *overload))

/// Calls an operator; arguments that are left out at the end have their defaults.
/// Returns how many tensors it gave (lists flattened, absent ones null), or -1.
CTORCH(int32_t, call, (
    CTorchOperator operation, const CTorchArgument *_Nullable arguments, int32_t count,
    const CTorchTensor _Nullable *_Nullable tensors, const int64_t *_Nullable integers,
    CTorchTensor _Nullable *_Nonnull results, int32_t capacity))

// MARK: Tensors

/// A second reference to the same tensor.
CTORCH(CTorchTensor _Nonnull, retain, (CTorchTensor tensor))
CTORCH(void, release, (CTorchTensor tensor))
CTORCH(int64_t, rank, (CTorchTensor tensor))
CTORCH(int64_t, size, (CTorchTensor tensor, int64_t dimension))
CTORCH(int64_t, element_count, (CTorchTensor tensor))
CTORCH(int32_t, dtype, (CTorchTensor tensor))
/// False where the device is not known.
CTORCH(bool, device, (CTorchTensor tensor, int32_t *type, int32_t *index))
CTORCH(bool, is_contiguous, (CTorchTensor tensor))
/// The address of the first element; null for a tensor without storage.
CTORCH(void *_Nullable, data, (CTorchTensor tensor))

/// A tensor over memory of the caller; release(context) is called when the last tensor on it is gone, and never where this fails.
CTORCH(CTorchTensor _Nullable, over_memory, (
    void *_Nullable memory, const int64_t *_Nullable sizes, int32_t rank, int32_t dtype,
    void (*release)(void *_Nullable), void *_Nullable context))

// MARK: Autograd

CTORCH(bool, requires_gradient, (CTorchTensor tensor))
CTORCH(bool, set_requires_gradient, (CTorchTensor tensor, bool value))
/// A new reference to the gradient; null where there is none.
CTORCH(CTorchTensor _Nullable, gradient, (CTorchTensor tensor))
CTORCH(bool, clear_gradient, (CTorchTensor tensor))
CTORCH(bool, backward, (CTorchTensor tensor))
/// Switches the recording of gradients for this thread; returns what it was.
CTORCH(bool, set_gradients_enabled, (bool value))

/// Switches automatic mixed precision for this thread and device type; dtype -1 switches it off.
/// Returns the dtype that was in force, or -1.
CTORCH(int32_t, set_autocast, (int32_t device, int32_t dtype))

// MARK: Own operators

/// Whether this machine can run chains and blocks over histories in the type that is in force for its products.
CTORCH(bool, has_chain, (void))

/// What the processor multiplies bfloat16 with, as far as LibTorch may use it: 0 for nothing, 1 vector instructions, 2 a matrix unit.
CTORCH(int32_t, bfloat16_products, (void))

/// The sum over chains of M h of the last block, float32 [items, outputs]. All chains are over the same items and have as many outputs.
CTORCH(CTorchTensor _Nullable, chains, (const CTorchChain *chains, int64_t count))

/// What blocks make of the items of histories, float32 [rows, width].
CTORCH(CTorchTensor _Nullable, history_blocks, (const CTorchHistories *histories))

/// The cross entropy of each row, float32 [rows].
CTORCH(CTorchTensor _Nullable, row_losses, (const CTorchRowLosses *rows))

/// How many other scores of its row, but the masked ones, are at least as large as the target's, and how many are equal: int64 [2, rows].
///
/// scores: float32 [rows, items]; targets: int64 [rows]; masked pairs (row, item), ordered by row, each once, int64 [pairs]. Rows with a
/// score that is not finite have -1.
CTORCH(CTorchTensor _Nullable, count_ranks, (
    CTorchTensor scores, CTorchTensor targets, CTorchTensor masked_rows, CTorchTensor masked_items))

/// What dropout makes of ones [count], in float32: the state of the default generator gives a seed, from which all else follows.
CTORCH(CTorchTensor _Nullable, dropout_factors, (int64_t count, double probability))

// MARK: Exact search

/// Finds the rows with the greatest scores, product and term, for 1 to 64 questions; the scores are those of double precision.
/// `left_out` has a bit for each row that no question wants, from the lowest of each word on. Says how many rows were scored, and whether
/// codes gave the bounds of all others.
CTORCH(bool, search, (
    const CTorchSearchRows *rows, CTorchQuestion *questions, int32_t count, int64_t top, const uint64_t *_Nullable left_out,
    int64_t *scored, bool *used_codes))
/// The greatest length of the rows of each piece, rounded up [pieces]; what is not finite there shows in `is_finite`.
CTORCH(bool, search_lengths, (const float *vectors, int64_t rows, int64_t width, float *lengths, bool *is_finite))
/// The rows in codes of 8 bits [groups, width rounded up to 4, CTORCH_SEARCH_GROUP] and what bounds their error, float32
/// [3, groups * CTORCH_SEARCH_GROUP]. Deviations are above 0.
CTORCH(bool, search_codes, (
    const float *vectors, int64_t rows, int64_t width, const float *means, const float *deviations, uint8_t *codes, float *scales))

// MARK: Processes

/// Connects to the store at an address, and serves it there where `serves`, at a free port for port 0. Keys have the prefix before them.
CTORCH(CTorchStore _Nullable, open_store, (const char *host, int32_t port, bool serves, const char *prefix, double timeout))
CTORCH(void, close_store, (CTorchStore store))
CTORCH(int32_t, store_port, (CTorchStore store))
CTORCH(bool, store_set, (CTorchStore store, const char *key, const void *bytes, int64_t count))
/// A value as bytes (uint8), once there is one; fails when there is none in time.
CTORCH(CTorchTensor _Nullable, store_get, (CTorchStore store, const char *key, double timeout))
/// Whether there is a value: 0 or 1, or -1 where the store does not answer.
CTORCH(int32_t, store_has, (CTorchStore store, const char *key))
/// Adds to a number, from 0; returns the sum, or -1.
CTORCH(int64_t, store_add, (CTorchStore store, const char *key, int64_t amount))

/// Joins a group by Gloo; all processes do so with one store. `address` is this machine's, or the name of an interface. No collective waits
/// longer than `timeout` seconds. Tensors are contiguous and on the processor, of one shape and type in all processes.
CTORCH(CTorchGroup _Nullable, join_group, (
    CTorchStore store, int32_t rank, int32_t size, const char *address, bool is_interface, double timeout))
CTORCH(void, leave_group, (CTorchGroup group))
/// All processes' sum, or the greatest of each number, in place.
CTORCH(bool, group_reduce, (CTorchGroup group, CTorchTensor tensor, bool takes_greatest))
/// Everybody's tensor, one after the other by rank: [n, ...] of each to [size * n, ...].
CTORCH(bool, group_gather, (CTorchGroup group, CTorchTensor own, CTorchTensor all))
/// This process's part of the sum over all processes: [size * n, ...] of each to [n, ...].
CTORCH(bool, group_scatter_sum, (CTorchGroup group, CTorchTensor all, CTorchTensor own))
/// One process's tensor to all.
CTORCH(bool, group_broadcast, (CTorchGroup group, CTorchTensor tensor, int32_t root))

// MARK: Capture

/// Whether the operations of a device can be recorded.
CTORCH(bool, can_capture, (int32_t type))
/// Records what this thread gives to a device from now on, in place of doing it. What is allocated meanwhile may lie where that of `other`
/// lay; the two are never done at once. To be ended by end_capture, or by release_capture where something failed.
CTORCH(CTorchCapture _Nullable, begin_capture, (int32_t type, int32_t index, CTorchCapture _Nullable other))
CTORCH(bool, end_capture, (CTorchCapture capture))
/// Does all of it on the tensors that it was recorded with.
CTORCH(bool, replay, (CTorchCapture capture))
CTORCH(void, release_capture, (CTorchCapture capture))

// MARK: Random state

CTORCH(bool, seed, (uint64_t seed))
/// The state of a device's default generator, as bytes in a tensor.
CTORCH(CTorchTensor _Nullable, random_state, (int32_t type, int32_t index))
CTORCH(bool, set_random_state, (int32_t type, int32_t index, CTorchTensor state))

// MARK: The library and the machine

/// The version the interface was compiled against and the one that is loaded: major * 1000 + minor.
CTORCH(int32_t, compiled_version, (void))
CTORCH(int32_t, loaded_version, (void))
CTORCH(const char *_Nonnull, version_text, (void))
/// Where the loaded library file is.
CTORCH(const char *_Nonnull, library_path, (void))
CTORCH(const char *_Nonnull, cpu_capability, (void))
CTORCH(int32_t, thread_count, (void))
/// Takes 1 to 1024.
CTORCH(bool, set_thread_count, (int32_t count))
/// Leaves cuDNN out of attention on GPUs, which makes a plan for every new shape.
CTORCH(void, avoid_plans, (void))
/// Lets malloc keep freed pieces of up to 32 MB, 256 MB in all, for later use.
CTORCH(void, keep_freed_memory, (void))
/// How many devices of a type there are; 0 where the type is not supported, -1 where they cannot be counted.
CTORCH(int32_t, device_count, (int32_t type))
CTORCH(bool, synchronize, (int32_t type, int32_t index))
/// Bytes now and at most held by tensors on an accelerator, and its total memory.
CTORCH(bool, device_memory, (int32_t type, int32_t index, int64_t *current, int64_t *peak, int64_t *total))
CTORCH(bool, reset_device_peak, (int32_t type, int32_t index))

#pragma clang assume_nonnull end
