#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "CPictures.h"

// Checks a size from a file's header and allocates the pixels, all zero. On failure the result's status says why.
bool picture_allocate(uint64_t width, uint64_t height, uint64_t most_pixels, struct picture_result *result);

// Sets a failure and frees the pixels, if any.
void picture_fail(struct picture_result *result, int32_t status, const char *message);
