// A C interface over LibTorch, as narrow as it can be: tensors are opaque handles, and every operator of the library is called by
// its schema's name through one function. No C++ exception leaves it: a function that can fail says so by its result, and
// ctorch_error() then has LibTorch's message.
//
// Nobody links to the functions. LibTorch takes a fifth of a second to load, so they lie in a dynamic library of their own,
// which is loaded by a program's first use of a tensor and hands out a table of them.
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
/// A store of keys and values that several processes share.
typedef struct CTorchStoreObject *CTorchStore;
/// A process's place in a group of processes.
typedef struct CTorchGroupObject *CTorchGroup;
/// What was recorded on a device, to be done again.
typedef struct CTorchCaptureObject *CTorchCapture;

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

/// Where a chain of blocks reads from.
typedef struct {
    const CTorchTensor _Nonnull *_Nullable shards;  ///< [rows, layers, width] each, which follow each other; none for no table
    int64_t shard_count;
    CTorchTensor _Nullable rows;                ///< the row of each item, int64 [items]; null where the only shard's rows are the items
    const int64_t *_Nullable layers;            ///< the layer that each block reads
    CTorchTensor _Nullable means, scales;       ///< of states that are read as (x - mean) scale, float32 [blocks, width], or null
} CTorchTable;

/// A block of a chain, float32: D [bottleneck, width] and U [width, bottleneck] with their biases.
typedef struct {
    CTorchTensor down, down_bias, up, up_bias;
} CTorchBlock;

/// A chain of blocks, as Chain/Chain.hpp has it.
typedef struct {
    CTorchTable first, second;  ///< there may be no second one
    const CTorchBlock *blocks;
    int64_t block_count;
    CTorchTensor _Nullable gates;  ///< theta [blocks], or null
    double temperature;
    CTorchTensor map;  ///< M [outputs, width]
    bool is_gelu;      ///< whether the activation is GELU, or else ReLU
} CTorchChain;

/// Blocks over histories, as History/History.hpp has them.
typedef struct {
    CTorchTensor items;      ///< e, float32 [rows, width]
    CTorchTensor positions;  ///< p of each row, int64 [rows]
    CTorchTensor starts;     ///< where each history's rows start, and their number at the end, int64 [histories + 1]
    int64_t heads;
    double epsilon, dropout;
    int64_t rows_before, all_rows;    ///< where the rows stand among those that dropout is drawn for; 0 rows for no others
    int64_t pairs_before, all_pairs;  ///< the same of pairs of rows
    const CTorchTensor _Nonnull *_Nonnull parameters;  ///< float32, in the order of the enumerations there
    int64_t parameter_count;
} CTorchHistories;

/// Rows of a softmax over items, as Scores/Scores.hpp has them.
typedef struct {
    CTorchTensor outputs;                ///< u, float32 [rows, width]
    CTorchTensor vectors;                ///< v, float32 [items, width]
    CTorchTensor added, counts;          ///< log count - log share, and log count, float32 [items]
    CTorchTensor users, targets;         ///< of each row the user and the target's place among the items, int64 [rows]
    CTorchTensor own_users, own_items;  ///< pairs (user, own item), ordered by user, int64 [pairs]
} CTorchRowLosses;

enum {
    CTORCH_SEARCH_PIECE = 256,  ///< rows that share a greatest length
    CTORCH_SEARCH_GROUP = 16,   ///< rows whose codes stand side by side
};

/// Rows that a search reads.
typedef struct {
    const float *vectors;  ///< [rows, width]
    const float *lengths;  ///< [rows / CTORCH_SEARCH_PIECE, rounded up], as ctorch_search_lengths() gave them
    int64_t rows;          ///< a multiple of CTORCH_SEARCH_PIECE but for the last block
    const uint8_t *_Nullable codes;  ///< as ctorch_search_codes() gave them, with their scales; null without
    const float *_Nullable scales;
} CTorchSearchBlock;

/// All rows of a search; they are numbered from 0 through all blocks.
typedef struct {
    const CTorchSearchBlock *blocks;
    int64_t block_count;
    int64_t width;
    const float *_Nullable means;       ///< [width], as the codes were made with; null without codes
    const float *_Nullable deviations;  ///< [width], all above 0
} CTorchSearchRows;

/// What is asked of all rows, and the answer. Lists of rows are ascending.
typedef struct {
    const float *vector;                ///< [width], finite
    const int32_t *_Nullable skipped;   ///< rows that are left out
    int64_t skipped_count;
    const int32_t *_Nullable term_rows; ///< rows to whose product a term is added
    const float *_Nullable terms;       ///< from 0
    int64_t term_count;
    double *scores;                     ///< [top], falling
    int32_t *rows;                      ///< [top], ascending where scores are equal
    int64_t found;                      ///< how many of them there are
} CTorchQuestion;

#pragma clang assume_nonnull end

/// The functions of the interface, as CTorchFunctions.h lists them; nobody changes a table.
typedef struct __attribute__((swift_attr("@Sendable"))) {
    /// What ctorch_signatures() was when the library was compiled; another text would mean another table.
    const char *_Nonnull signatures;
#define CTORCH(result, name, parameters) result (*_Nonnull name) parameters;
#include "CTorchFunctions.h"
#undef CTORCH
} CTorchFunctions;

/// The declarations of all functions, one after the other.
static inline const char *_Nonnull ctorch_signatures(void) {
    return ""
#define CTORCH(result, name, parameters) #result " " #name #parameters ";"
#include "CTorchFunctions.h"
#undef CTORCH
        ;
}

#ifdef __cplusplus
#define CTORCH(result, name, parameters) result ctorch_##name parameters;
#include "CTorchFunctions.h"
#undef CTORCH
}
#endif

#endif
