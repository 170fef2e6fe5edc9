#pragma once

// A narrow C interface to libjpeg-turbo, libpng and libwebp. Their ways to fail (longjmp, status codes) end here: every function fills a
// result with a status and a message, and gives back no memory that it does not name.

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// No side may be longer, whatever the number of pixels: the longest that a JPEG can have.
enum { PICTURE_LONGEST_SIDE = 65535 };

enum picture_status {
    PICTURE_OK = 0,
    PICTURE_DAMAGED,      // not a valid file of its format
    PICTURE_TRUNCATED,    // ends too early
    PICTURE_TOO_LARGE,    // more pixels than allowed; nothing was allocated for them
    PICTURE_NO_MEMORY,
    PICTURE_UNSUPPORTED,  // valid, but of a kind that is not read
};

// A decoded picture: height x width x 3 bytes, to be freed with picture_free; NULL unless the status is PICTURE_OK.
// Width and height are also set for PICTURE_TOO_LARGE.
struct picture_result {
    int32_t status;
    uint32_t width;
    uint32_t height;
    uint8_t *pixels;
    char message[256];
};

// An encoded file, to be freed with picture_free; NULL unless the status is PICTURE_OK.
struct picture_file {
    int32_t status;
    uint8_t *bytes;
    size_t count;
    char message[256];
};

// Decode to RGB as Pillow does. The background, 0xRRGGBB, shows through where a picture is transparent; a negative one drops alpha.
void picture_decode_jpeg(const uint8_t *bytes, size_t count, uint64_t most_pixels, struct picture_result *result);
void picture_decode_png(
    const uint8_t *bytes, size_t count, uint64_t most_pixels, int32_t background, struct picture_result *result);
void picture_decode_webp(
    const uint8_t *bytes, size_t count, uint64_t most_pixels, int32_t background, struct picture_result *result);

// Encode height x width x 3 bytes. Quality is 1 to 100.
void picture_encode_jpeg(const uint8_t *pixels, uint32_t width, uint32_t height, int32_t quality, struct picture_file *file);
void picture_encode_png(const uint8_t *pixels, uint32_t width, uint32_t height, struct picture_file *file);

void picture_free(void *memory);

#ifdef __cplusplus
}
#endif
