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

// Lays a pixel on an opaque background (see picture_decode_png) with the rounding of Pillow's alpha_composite.
static inline void picture_compose(uint8_t *pixel, uint8_t opacity, int32_t background) {
    if (opacity == 255 || background < 0) return;
    for (int channel = 0; channel < 3; channel++) {
        uint32_t under = (uint32_t)background >> (16 - 8 * channel) & 255;
        uint32_t sum = (pixel[channel] * (uint32_t)opacity + under * (255u - opacity) + 128) << 7;
        pixel[channel] = (uint8_t)(((sum >> 8) + sum) >> 15);
    }
}
