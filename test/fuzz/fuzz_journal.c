/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The journal of live rows as somebody else may have left it. The first byte says behind which commit a
 * reader looks, and whether records get the hashes they need to be taken at all. What is told are
 * groups with consecutive numbers behind that commit, or nothing; and who takes the file over has
 * these first. The database is of the generation that the first record names. */
#include "store/journal.h"

#include "base/hash.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BLOCK = 4096, MOST = 1 << 20, MAGIC_LAST = 15, HEAD_1 = 40, HEAD_2 = 56 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint64_t word_at(const uint8_t *p)
{
    uint64_t x;
    memcpy(&x, p, sizeof x);
    return x;
}

/* As whoever knows the format would write them. */
static void make_whole(uint8_t *file, size_t size)
{
    for (size_t at = 0; at + HEAD_2 <= size; at += BLOCK) {
        uint64_t length = word_at(file + at + 32);
        size_t head = file[at + MAGIC_LAST] == '1' ? HEAD_1 : HEAD_2;
        if (length > size - at - head)
            continue;
        uint64_t hash = hash64(file + at + 8, head - 8 + length);
        memcpy(file + at, &hash, sizeof hash);
    }
}

static lineage lineage_of(const uint8_t *file, size_t size)
{
    lineage of = {.taken = -1};
    if (size < HEAD_2 || file[MAGIC_LAST] == '1')
        return of;
    of.generation = (int64_t)word_at(file + 16);
    memcpy(of.id, file + HEAD_1, sizeof of.id);
    return of;
}

/* Nothing comes twice, nothing that SQLite has; what a reader saw is the beginning. */
static void take_over(const char *path, const lineage *of, uint64_t last, const buf *seen)
{
    journal_survey j;
    const char *group;
    uint64_t number;
    size_t length, at = 0;
    if (journal_read(path, of, last, &j, NULL) == ASSAY_OK) {
        while (journal_next(&j.groups, &at, &number, &group, &length)) {
            if (number <= last)
                abort();
            last = number;
        }
        if (j.fit == JOURNAL_FITS && (j.groups.length < seen->length ||
            (seen->length && memcmp(j.groups.data, seen->data, seen->length) != 0)))
            abort();
    }
    buf_done(&j.groups);
}

static void write_file(const char *name, const uint8_t *bytes, size_t size)
{
    int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0 || write(fd, bytes, size) != (ssize_t)size || close(fd) != 0)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char path[64], name[80];
    journal_view v = {.fd = JOURNAL_NONE};
    journal_seen seen;
    size_t length, at = 0;
    const char *group;
    if (size < 1 || size > MOST)
        return 0;
    uint64_t number, last = data[0] >> 1;
    uint8_t *file = malloc(size);
    memcpy(file, data + 1, size - 1);
    if (data[0] & 1)
        make_whole(file, size - 1);
    snprintf(path, sizeof path, "/dev/shm/fuzz-journal-%ld", (long)getpid());
    snprintf(name, sizeof name, "%s-live", path);
    write_file(name, file, size - 1);
    const lineage of = lineage_of(file, size - 1);
    if (journal_look(&v, path, &of, last, &seen, NULL) == ASSAY_OK) {
        take_over(path, &of, last, &v.groups);
        while (journal_next(&v.groups, &at, &number, &group, &length))
            if (number != ++last || seen != LOOK_ALL || length > size || hash64(group, length) == 1)
                abort();
    }
    journal_view_done(&v);
    unlink(name);
    free(file);
    return 0;
}
