/* bytes_altered.h - every single-byte change of some bytes must be refused. */
#ifndef COOP_TESTS_BYTES_ALTERED_H
#define COOP_TESTS_BYTES_ALTERED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Calls `accepts` once per altered byte and returns how many alterations it let pass, naming them. The bytes
 * are as before afterwards. */
static inline size_t bytes_altered(uint8_t *bytes, size_t size, bool (*accepts)(void *arg), void *arg)
{
    static const uint8_t masks[] = { 0x01, 0x80, 0xff };
    size_t accepted = 0;

    for (size_t i = 0; i < size * sizeof masks; i++) {
        bytes[i / sizeof masks] ^= masks[i % sizeof masks];
        if (accepts(arg)) {
            printf("byte %zu xor %02x was accepted\n", i / sizeof masks, masks[i % sizeof masks]);
            accepted++;
        }
        bytes[i / sizeof masks] ^= masks[i % sizeof masks];
    }
    return accepted;
}

#endif
