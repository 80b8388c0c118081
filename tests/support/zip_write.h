/* zip_write.h - archives for tests, right or wrong in one place. */
#ifndef COOP_TESTS_ZIP_WRITE_H
#define COOP_TESTS_ZIP_WRITE_H

#include "crypto/base.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

struct zip_file {
    const char *name;
    struct bytes data;
    bool deflate;
};
struct zip {
    uint8_t *data;
    size_t size, directory, room;
    unsigned count;
};

static inline void zip_bytes(struct zip *zip, const void *data, size_t size)
{
    if (zip->size + size > zip->room) {
        zip->room = 2 * (zip->size + size);
        zip->data = realloc(zip->data, zip->room);
    }
    if (size > 0)
        memcpy(zip->data + zip->size, data, size);
    zip->size += size;
}

static inline void zip_number(struct zip *zip, uint32_t number, size_t size)
{
    for (size_t i = 0; i < size; i++)
        zip_bytes(zip, &(uint8_t){ (uint8_t)(number >> 8 * i) }, 1);
}

/* What the local header and the directory say alike, from the version on. */
static inline void zip_common(struct zip *zip, const struct zip_file *file, uint32_t packed)
{
    uint32_t crc = (uint32_t)crc32(0, file->data.data, (uInt)file->data.size);
    const uint32_t numbers[] = { 20, 0, file->deflate ? 8 : 0, 0, 0 };

    for (size_t i = 0; i < ARRAY_SIZE(numbers); i++)
        zip_number(zip, numbers[i], 2);
    zip_number(zip, crc, 4);
    zip_number(zip, packed, 4);
    zip_number(zip, (uint32_t)file->data.size, 4);
    zip_number(zip, (uint32_t)strlen(file->name), 2);
    zip_number(zip, 0, 2);
}

static inline size_t zip_pack(uint8_t *out, size_t room, struct bytes data)
{
    z_stream stream = { .next_out = out, .avail_out = (uInt)room };

    stream.next_in = (Bytef *)(uintptr_t)data.data;
    stream.avail_in = (uInt)data.size;
    deflateInit2(&stream, 9, Z_DEFLATED, -15, 9, Z_DEFAULT_STRATEGY);
    deflate(&stream, Z_FINISH);
    deflateEnd(&stream);
    return stream.total_out;
}

/* The caller frees data. */
static inline struct zip zip_write(const struct zip_file *files, size_t count)
{
    struct zip zip = { .count = (unsigned)count }, directory = { .count = 0 };

    for (size_t i = 0; i < count; i++) {
        const struct zip_file *file = &files[i];
        size_t room = file->data.size + file->data.size / 100 + 1024, packed = file->data.size;
        uint8_t *deflated = malloc(room);
        uint32_t local = (uint32_t)zip.size;

        if (file->deflate)
            packed = zip_pack(deflated, room, file->data);
        zip_number(&zip, 0x04034b50, 4);
        zip_common(&zip, file, (uint32_t)packed);
        zip_bytes(&zip, file->name, strlen(file->name));
        zip_bytes(&zip, file->deflate ? deflated : file->data.data, packed);
        zip_number(&directory, 0x02014b50, 4);
        zip_number(&directory, 20, 2);
        zip_common(&directory, file, (uint32_t)packed);
        for (size_t j = 0; j < 5; j++)
            zip_number(&directory, 0, 2);
        zip_number(&directory, local, 4);
        zip_bytes(&directory, file->name, strlen(file->name));
        free(deflated);
    }
    zip.directory = zip.size;
    zip_bytes(&zip, directory.data, directory.size);
    zip_number(&zip, 0x06054b50, 4);
    zip_number(&zip, 0, 4);
    zip_number(&zip, (uint32_t)count, 2);
    zip_number(&zip, (uint32_t)count, 2);
    zip_number(&zip, (uint32_t)directory.size, 4);
    zip_number(&zip, (uint32_t)zip.directory, 4);
    zip_number(&zip, 0, 2);
    free(directory.data);
    return zip;
}

#endif
