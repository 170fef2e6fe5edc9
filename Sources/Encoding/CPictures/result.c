#include "internal.h"

bool picture_allocate(uint64_t width, uint64_t height, uint64_t most_pixels, struct picture_result *result) {
    result->width = (uint32_t)width;
    result->height = (uint32_t)height;
    if (width == 0 || height == 0) {
        picture_fail(result, PICTURE_DAMAGED, "a picture without pixels");
        return false;
    }
    if (width > PICTURE_LONGEST_SIDE || height > PICTURE_LONGEST_SIDE || width * height > most_pixels) {
        picture_fail(result, PICTURE_TOO_LARGE, "too many pixels");
        return false;
    }
    result->pixels = calloc((size_t)(width * height), 3);
    if (!result->pixels) {
        picture_fail(result, PICTURE_NO_MEMORY, "not enough memory");
        return false;
    }
    return true;
}

void picture_fail(struct picture_result *result, int32_t status, const char *message) {
    free(result->pixels);
    result->pixels = NULL;
    result->status = status;
    snprintf(result->message, sizeof result->message, "%s", message);
}

void picture_free(void *memory) { free(memory); }
