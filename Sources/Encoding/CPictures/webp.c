#include "internal.h"

#include <webp/decode.h>

static uint32_t little24(const uint8_t *bytes) { return bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16; }

static uint32_t little32(const uint8_t *bytes) { return little24(bytes) | (uint32_t)bytes[3] << 24; }

// The place of a picture within the file: all of it, or the first frame of an animation with its place on the canvas.
struct frame {
    const uint8_t *bytes;
    size_t count;
    uint32_t x, y, width, height;
};

// Finds the first ANMF chunk. Its head: x / 2, y / 2, width - 1, height - 1, duration (3 bytes each) and flags.
static bool find_first_frame(const uint8_t *bytes, size_t count, struct frame *frame) {
    for (size_t position = 12; count >= 8 && position <= count - 8;) {
        uint64_t size = little32(bytes + position + 4);
        const uint8_t *chunk = bytes + position + 8;
        if (size > count - position - 8) return false;
        if (memcmp(bytes + position, "ANMF", 4) == 0) {
            if (size < 16) return false;
            frame->x = little24(chunk) * 2;
            frame->y = little24(chunk + 3) * 2;
            frame->width = little24(chunk + 6) + 1;
            frame->height = little24(chunk + 9) + 1;
            frame->bytes = chunk + 16;
            frame->count = (size_t)size - 16;
            return true;
        }
        position += 8 + (size_t)size + (size_t)(size & 1);
    }
    return false;
}

static void fail(struct picture_result *result, VP8StatusCode code) {
    switch (code) {
        case VP8_STATUS_OUT_OF_MEMORY:
            picture_fail(result, PICTURE_NO_MEMORY, "not enough memory");
            break;
        case VP8_STATUS_NOT_ENOUGH_DATA:
        case VP8_STATUS_SUSPENDED:
            picture_fail(result, PICTURE_TRUNCATED, "the file ends early");
            break;
        case VP8_STATUS_UNSUPPORTED_FEATURE:
            picture_fail(result, PICTURE_UNSUPPORTED, "a kind of WebP that is not known");
            break;
        default:
            picture_fail(result, PICTURE_DAMAGED, "the bit stream is not valid");
            break;
    }
}

// Decodes a frame of opaque pixels right into its place on the canvas.
static VP8StatusCode decode_opaque(WebPDecoderConfig *config, const struct frame *frame, struct picture_result *result) {
    size_t stride = (size_t)result->width * 3;
    size_t start = frame->y * stride + frame->x * 3;
    config->output.colorspace = MODE_RGB;
    config->output.is_external_memory = 1;
    config->output.u.RGBA.rgba = result->pixels + start;
    config->output.u.RGBA.stride = (int)stride;
    config->output.u.RGBA.size = stride * result->height - start;
    return WebPDecode(frame->bytes, frame->count, config);
}

// Decodes a frame with alpha and lays it on the background, which also fills the canvas around it.
static VP8StatusCode decode_composed(
    WebPDecoderConfig *config, const struct frame *frame, int32_t background, struct picture_result *result) {
    config->output.colorspace = MODE_RGBA;
    VP8StatusCode code = WebPDecode(frame->bytes, frame->count, config);
    if (code != VP8_STATUS_OK) return code;
    size_t area = (size_t)result->width * result->height;
    for (size_t pixel = 0; pixel < area; pixel++) picture_compose(result->pixels + pixel * 3, 0, background);
    for (uint32_t y = 0; y < frame->height; y++) {
        const uint8_t *in = config->output.u.RGBA.rgba + (size_t)y * config->output.u.RGBA.stride;
        uint8_t *out = result->pixels + ((size_t)(frame->y + y) * result->width + frame->x) * 3;
        for (uint32_t x = 0; x < frame->width; x++, in += 4, out += 3) {
            memcpy(out, in, 3);
            picture_compose(out, in[3], background);
        }
    }
    return code;
}

void picture_decode_webp(
    const uint8_t *bytes, size_t count, uint64_t most_pixels, int32_t background, struct picture_result *result) {
    WebPDecoderConfig config;
    memset(result, 0, sizeof *result);
    if (!WebPInitDecoderConfig(&config)) return picture_fail(result, PICTURE_UNSUPPORTED, "another version of libwebp");
    VP8StatusCode code = WebPGetFeatures(bytes, count, &config.input);
    if (code != VP8_STATUS_OK) return fail(result, code);

    uint32_t width = (uint32_t)config.input.width, height = (uint32_t)config.input.height;
    bool composes = background >= 0 && config.input.has_alpha;
    struct frame frame = {bytes, count, 0, 0, width, height};
    if (config.input.has_animation) {
        if (!find_first_frame(bytes, count, &frame)) return picture_fail(result, PICTURE_DAMAGED, "an animation without frames");
        code = WebPGetFeatures(frame.bytes, frame.count, &config.input);
        if (code != VP8_STATUS_OK) return fail(result, code);
        bool fits = frame.x + frame.width <= width && frame.y + frame.height <= height;
        bool same = (uint32_t)config.input.width == frame.width && (uint32_t)config.input.height == frame.height;
        if (!fits || !same) return picture_fail(result, PICTURE_DAMAGED, "a frame that does not fit the animation");
    }
    if (!picture_allocate(width, height, most_pixels, result)) return;
    code = composes ? decode_composed(&config, &frame, background, result) : decode_opaque(&config, &frame, result);
    WebPFreeDecBuffer(&config.output);
    if (code != VP8_STATUS_OK) fail(result, code);
}
