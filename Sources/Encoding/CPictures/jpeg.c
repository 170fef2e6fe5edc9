#include <setjmp.h>

#include "internal.h"

#include <jpeglib.h>
#include <jerror.h>

// More scans than any real progressive file has: a small file could otherwise ask for hours of work.
enum { MOST_SCANS = 200 };

struct jpeg_failure {
    struct jpeg_error_mgr manager;
    jmp_buf jump;
    int32_t status;
    char message[JMSG_LENGTH_MAX];
};

static void fail(j_common_ptr info) {
    struct jpeg_failure *failure = (struct jpeg_failure *)info->err;
    failure->manager.format_message(info, failure->message);
    longjmp(failure->jump, 1);
}

// Warnings mean that pixels are made up, which the library would do silently. Those about odd but complete files are let pass.
static void emit(j_common_ptr info, int level) {
    if (level >= 0) return;
    struct jpeg_failure *failure = (struct jpeg_failure *)info->err;
    switch (failure->manager.msg_code) {
        case JWRN_JPEG_EOF:
        case JWRN_HIT_MARKER:
            failure->status = PICTURE_TRUNCATED;
            fail(info);
            break;
        case JWRN_HUFF_BAD_CODE:
        case JWRN_ARITH_BAD_CODE:
        case JWRN_MUST_RESYNC:
        case JWRN_BOGUS_PROGRESSION:
            fail(info);
            break;
        default:
            break;
    }
}

static void ignore_output(j_common_ptr info) { (void)info; }

static void watch_scans(j_common_ptr info) {
    if (((j_decompress_ptr)info)->input_scan_number <= MOST_SCANS) return;
    struct jpeg_failure *failure = (struct jpeg_failure *)info->err;
    snprintf(failure->message, sizeof failure->message, "more than %d scans", MOST_SCANS);
    longjmp(failure->jump, 1);
}

static struct jpeg_error_mgr *handler(struct jpeg_failure *failure) {
    struct jpeg_error_mgr *manager = jpeg_std_error(&failure->manager);
    manager->error_exit = fail;
    manager->emit_message = emit;
    manager->output_message = ignore_output;
    failure->status = PICTURE_DAMAGED;
    return manager;
}

// a * b / 255, rounded.
static uint8_t multiply(uint32_t a, uint32_t b) {
    uint32_t product = a * b + 128;
    return (uint8_t)(((product >> 8) + product) >> 8);
}

// Files with four inks hold them inverted, as Adobe writes them: 255 is no ink.
static void convert_inks(const uint8_t *inks, uint8_t *pixels, uint32_t width) {
    for (uint32_t x = 0; x < width; x++, inks += 4, pixels += 3) {
        for (int channel = 0; channel < 3; channel++) {
            pixels[channel] = inks[3] - multiply(255 - inks[channel], inks[3]);
        }
    }
}

void picture_decode_jpeg(const uint8_t *bytes, size_t count, uint64_t most_pixels, struct picture_result *result) {
    struct jpeg_decompress_struct info = {0};
    struct jpeg_failure failure = {0};
    struct jpeg_progress_mgr progress = {0};
    memset(result, 0, sizeof *result);
    info.err = handler(&failure);
    if (setjmp(failure.jump)) {
        picture_fail(result, failure.status, failure.message);
        jpeg_destroy_decompress(&info);
        return;
    }
    jpeg_create_decompress(&info);
    jpeg_mem_src(&info, bytes, (unsigned long)count);
    progress.progress_monitor = watch_scans;
    info.progress = &progress;
    jpeg_read_header(&info, TRUE);
    bool inks = info.num_components == 4;
    if (info.num_components == 2 || info.num_components > 4) {
        picture_fail(result, PICTURE_UNSUPPORTED, "neither grey, RGB nor CMYK");
    } else if (picture_allocate(info.image_width, info.image_height, most_pixels, result)) {
        info.out_color_space = inks ? JCS_CMYK : JCS_RGB;
        // Pixels are the full decoding's: slow integer transform, smooth upsampling, no scaled decoding.
        info.dct_method = JDCT_ISLOW;
        info.do_fancy_upsampling = TRUE;
        jpeg_start_decompress(&info);
        JSAMPARRAY line = (*info.mem->alloc_sarray)((j_common_ptr)&info, JPOOL_IMAGE, info.image_width * 4, 1);
        while (info.output_scanline < info.output_height) {
            uint8_t *row = result->pixels + (size_t)info.output_scanline * info.image_width * 3;
            if (inks) {
                jpeg_read_scanlines(&info, line, 1);
                convert_inks(line[0], row, info.image_width);
            } else {
                jpeg_read_scanlines(&info, &row, 1);
            }
        }
        // Reads on to the end marker, so that a file without one is found out.
        jpeg_finish_decompress(&info);
    }
    jpeg_destroy_decompress(&info);
}

void picture_encode_jpeg(const uint8_t *pixels, uint32_t width, uint32_t height, int32_t quality, struct picture_file *file) {
    struct jpeg_compress_struct info = {0};
    struct jpeg_failure failure = {0};
    unsigned char *bytes = NULL;
    unsigned long count = 0;
    memset(file, 0, sizeof *file);
    if (width > JPEG_MAX_DIMENSION || height > JPEG_MAX_DIMENSION) {
        file->status = PICTURE_TOO_LARGE;
        snprintf(file->message, sizeof file->message, "a JPEG has at most %ld pixels a side", JPEG_MAX_DIMENSION);
        return;
    }
    info.err = handler(&failure);
    if (setjmp(failure.jump)) {
        // Only memory can run out here. The library may have freed the buffer that `bytes` names, so it is left alone.
        file->status = PICTURE_NO_MEMORY;
        snprintf(file->message, sizeof file->message, "%s", failure.message);
        jpeg_destroy_compress(&info);
        return;
    }
    jpeg_create_compress(&info);
    jpeg_mem_dest(&info, &bytes, &count);
    info.image_width = width;
    info.image_height = height;
    info.input_components = 3;
    info.in_color_space = JCS_RGB;
    jpeg_set_defaults(&info);
    jpeg_set_quality(&info, quality, TRUE);
    jpeg_start_compress(&info, TRUE);
    while (info.next_scanline < height) {
        JSAMPROW row = (JSAMPROW)(pixels + (size_t)info.next_scanline * width * 3);
        jpeg_write_scanlines(&info, &row, 1);
    }
    jpeg_finish_compress(&info);
    jpeg_destroy_compress(&info);
    file->bytes = bytes;
    file->count = count;
}
