/* left.h - what a call leaves of a secret on the stack below its caller. Memory that nobody owns any more is written to a core file and to swap like
 * any other, and the next function that forgets to set a variable sends it.
 *
 *     left_call(something_secret, arg);
 *     assert_false(left_of(key, sizeof key));
 *
 * Eight bytes of it in a row count: a register that was spilled. Works with and without the address sanitizer of gcc, whose frames lie in the
 * same places. */
#ifndef COOP_TESTS_LEFT_H
#define COOP_TESTS_LEFT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum { LEFT_DEPTH = 3 << 19, LEFT_MARGIN = 1 << 12, LEFT_WORD = 8 };

__attribute__((noinline)) static void left_clean(void)
{
    uint8_t room[LEFT_DEPTH];

    memset(room, 0, sizeof room);
    __asm__ volatile("" : : "r"(room) : "memory");
}

/* The margin keeps its frame out of the way of those who look, and what the test did before out of theirs. */
__attribute__((noinline)) static void left_call(void (*call)(void *arg), void *arg)
{
    uint8_t margin[LEFT_MARGIN];

    memset(margin, 0, sizeof margin);
    __asm__ volatile("" : : "r"(margin) : "memory");
    left_clean();
    call(arg);
    __asm__ volatile("" : : "r"(margin) : "memory");
}

/* Looks where the last left_call was, from a frame of the same depth. */
__attribute__((noinline)) static bool left_of(const void *secret, size_t size)
{
    uint8_t room[LEFT_DEPTH];
    const uint8_t *at = secret;

    __asm__ volatile("" : "=m"(room));
    for (size_t i = 0; i + LEFT_WORD <= size; i += LEFT_WORD) {
        static const uint8_t zero[LEFT_WORD];

        if (memcmp(at + i, zero, LEFT_WORD) != 0 && memmem(room, sizeof room - LEFT_MARGIN / 2, at + i, LEFT_WORD) != NULL)
            return true;
    }
    return false;
}

#endif
