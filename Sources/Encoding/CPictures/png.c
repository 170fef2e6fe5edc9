#include <setjmp.h>

#include "internal.h"

#include <png.h>

struct source {
    const uint8_t *bytes;
    size_t count;
    size_t position;
    bool ended_early;
};

struct failure {
    jmp_buf jump;
    char message[256];
};

static void fail(png_structp png, png_const_charp message) {
    struct failure *failure = png_get_error_ptr(png);
    snprintf(failure->message, sizeof failure->message, "%s", message);
    longjmp(failure->jump, 1);
}

static void ignore(png_structp png, png_const_charp message) { (void)png, (void)message; }

static void read_bytes(png_structp png, png_bytep out, size_t count) {
    struct source *source = png_get_io_ptr(png);
    if (count > source->count - source->position) {
        source->ended_early = true;
        png_error(png, "the file ends early");
    }
    memcpy(out, source->bytes + source->position, count);
    source->position += count;
}

struct layout {
    uint32_t width;
    int color;
    int depth;  // bits of a sample in the file
    int32_t background;
    uint8_t palette[256][3];
    uint8_t opacity[256];  // of the palette's entries
    bool has_key;
    png_color_16 key;  // the one colour that is transparent, in the file's depth
};

static uint32_t sample(const uint8_t *in, int bytes) { return bytes == 2 ? (uint32_t)in[0] << 8 | in[1] : in[0]; }

static bool is_key(const struct layout *layout, const uint8_t *in, int colors, int bytes) {
    const png_color_16 *key = &layout->key;
    if (colors == 1) return sample(in, bytes) == key->gray;
    return sample(in, bytes) == key->red && sample(in + bytes, bytes) == key->green && sample(in + 2 * bytes, bytes) == key->blue;
}

// What Pillow makes of a row: of 16 bits the high ones are kept, except in plain grey, which is clipped to 255.
static void convert_row(const struct layout *layout, const uint8_t *in, uint8_t *out) {
    int alpha = (layout->color & PNG_COLOR_MASK_ALPHA) ? 1 : 0;
    int colors = (layout->color & PNG_COLOR_MASK_COLOR) && layout->color != PNG_COLOR_TYPE_PALETTE ? 3 : 1;
    int bytes = layout->depth == 16 ? 2 : 1;
    int scale = layout->depth < 8 ? 255 / ((1 << layout->depth) - 1) : 1;
    for (uint32_t x = 0; x < layout->width; x++, out += 3, in += (colors + alpha) * bytes) {
        if (layout->color == PNG_COLOR_TYPE_PALETTE) {
            memcpy(out, layout->palette[in[0]], 3);
            picture_compose(out, layout->opacity[in[0]], layout->background);
            continue;
        }
        if (colors == 3) {
            for (int channel = 0; channel < 3; channel++) out[channel] = in[channel * bytes];
        } else {
            bool clips = bytes == 2 && !alpha;
            uint8_t grey = clips ? (in[0] ? 255 : in[1]) : (uint8_t)(in[0] * scale);
            out[0] = out[1] = out[2] = grey;
        }
        uint8_t opacity = alpha ? in[colors * bytes] : layout->has_key && is_key(layout, in, colors, bytes) ? 0 : 255;
        picture_compose(out, opacity, layout->background);
    }
}

static void read_layout(png_structp png, png_infop info, struct layout *layout) {
    layout->width = png_get_image_width(png, info);
    layout->color = png_get_color_type(png, info);
    layout->depth = png_get_bit_depth(png, info);
    // Pixels beyond the palette's end are black, entries beyond the opacities' end opaque.
    memset(layout->palette, 0, sizeof layout->palette);
    png_colorp entries = NULL;
    int count = 0;
    if (layout->color == PNG_COLOR_TYPE_PALETTE && png_get_PLTE(png, info, &entries, &count)) {
        for (int index = 0; index < count && index < 256; index++) {
            layout->palette[index][0] = entries[index].red;
            layout->palette[index][1] = entries[index].green;
            layout->palette[index][2] = entries[index].blue;
        }
    }
    memset(layout->opacity, 255, sizeof layout->opacity);
    layout->has_key = false;
    png_bytep opacities = NULL;
    png_color_16p key = NULL;
    if (!png_get_tRNS(png, info, &opacities, &count, &key)) return;
    if (layout->color == PNG_COLOR_TYPE_PALETTE) {
        for (int index = 0; opacities && index < count && index < 256; index++) layout->opacity[index] = opacities[index];
    } else if (key) {
        layout->has_key = true;
        layout->key = *key;
    }
}

void picture_decode_png(
    const uint8_t *bytes, size_t count, uint64_t most_pixels, int32_t background, struct picture_result *result) {
    struct source source = {bytes, count, 0, false};
    struct failure failure = {0};
    png_infop info = NULL;
    uint8_t *volatile raw = NULL;
    memset(result, 0, sizeof *result);
    png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &failure, fail, ignore);
    if (png) info = png_create_info_struct(png);
    if (!png || !info) {
        png_destroy_read_struct(&png, &info, NULL);
        picture_fail(result, PICTURE_NO_MEMORY, "not enough memory");
        return;
    }
    if (setjmp(failure.jump)) {
        picture_fail(result, source.ended_early ? PICTURE_TRUNCATED : PICTURE_DAMAGED, failure.message);
        png_destroy_read_struct(&png, &info, NULL);
        free(raw);
        return;
    }
    png_set_read_fn(png, &source, read_bytes);
    png_set_user_limits(png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
    // Parts that the pixels do not need, such as texts, are passed over: libpng would allocate as much as they say they are long.
    png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, NULL, -1);
    png_read_info(png, info);
    struct layout layout = {.background = background};
    read_layout(png, info, &layout);
    uint32_t height = png_get_image_height(png, info);
    if (picture_allocate(layout.width, height, most_pixels, result)) {
        png_set_packing(png);
        int passes = png_set_interlace_handling(png);
        png_read_update_info(png, info);
        size_t row_bytes = png_get_rowbytes(png, info);
        // Interlaced rows come in several passes, which need all of the raw picture at once.
        size_t rows = passes > 1 ? height : 1;
        raw = calloc(rows, row_bytes);
        if (!raw) png_error(png, "not enough memory");
        for (int pass = 0; pass < passes; pass++) {
            for (uint32_t y = 0; y < height; y++) {
                uint8_t *row = raw + (rows > 1 ? y * row_bytes : 0);
                png_read_row(png, row, NULL);
                if (pass == passes - 1) convert_row(&layout, row, result->pixels + (size_t)y * layout.width * 3);
            }
        }
    }
    png_destroy_read_struct(&png, &info, NULL);
    free(raw);
}

static void write_bytes(png_structp png, png_bytep bytes, size_t count) {
    struct picture_file *file = png_get_io_ptr(png);
    // Doubling: a power of two holds what is there.
    size_t room = 1 << 12;
    while (room < file->count) room *= 2;
    size_t needed = room;
    while (needed < file->count + count) needed *= 2;
    if (needed > room || !file->bytes) {
        uint8_t *larger = realloc(file->bytes, needed);
        if (!larger) png_error(png, "not enough memory");
        file->bytes = larger;
    }
    memcpy(file->bytes + file->count, bytes, count);
    file->count += count;
}

static void flush_bytes(png_structp png) { (void)png; }

void picture_encode_png(const uint8_t *pixels, uint32_t width, uint32_t height, struct picture_file *file) {
    struct failure failure = {0};
    png_infop info = NULL;
    memset(file, 0, sizeof *file);
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, &failure, fail, ignore);
    if (png) info = png_create_info_struct(png);
    if (!png || !info) {
        png_destroy_write_struct(&png, &info);
        file->status = PICTURE_NO_MEMORY;
        return;
    }
    if (setjmp(failure.jump)) {
        png_destroy_write_struct(&png, &info);
        free(file->bytes);
        file->bytes = NULL;
        file->status = PICTURE_DAMAGED;
        snprintf(file->message, sizeof file->message, "%s", failure.message);
        return;
    }
    png_set_write_fn(png, file, write_bytes, flush_bytes);
    png_set_user_limits(png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
    png_set_IHDR(
        png, info, width, height, 8, PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    png_write_info(png, info);
    for (uint32_t y = 0; y < height; y++) png_write_row(png, pixels + (size_t)y * width * 3);
    png_write_end(png, info);
    png_destroy_write_struct(&png, &info);
}
