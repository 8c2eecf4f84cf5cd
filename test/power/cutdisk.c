/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A disk that loses its power: a plugin for nbdkit.
 *
 * The image is held in memory; a sector of 512 bytes reaches the file only by a flush (or a forced
 * write). When a byte arrives in the pipe `cut`, a random half of the sectors that were never flushed
 * reach the file all the same, in any order, torn from their neighbours, and the process is gone:
 * what a real disk with a volatile cache may leave behind.
 *
 *     nbdkit cutdisk.so image=disk.img cut=fifo seed=1 */
#define NBDKIT_API_VERSION 2
#include <nbdkit-plugin.h>

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define THREAD_MODEL NBDKIT_THREAD_MODEL_SERIALIZE_ALL_REQUESTS
enum { SECTOR = 512 };

static char *image_path, *cut_path;
static unsigned seed = 1;
static int image = -1;
static char *memory;
static uint8_t *is_dirty; /* [sectors] */
static uint64_t size;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static int cutdisk_config(const char *key, const char *value)
{
    if (strcmp(key, "image") == 0)
        return (image_path = nbdkit_absolute_path(value)) ? 0 : -1;
    if (strcmp(key, "cut") == 0)
        return (cut_path = nbdkit_absolute_path(value)) ? 0 : -1;
    if (strcmp(key, "seed") == 0)
        return nbdkit_parse_unsigned("seed", value, &seed);
    nbdkit_error("unknown setting %s", key);
    return -1;
}

static bool write_out(uint64_t sector)
{
    is_dirty[sector] = 0;
    off_t at = (off_t)(sector * SECTOR);
    return pwrite(image, memory + at, SECTOR, at) == SECTOR;
}

static void *wait_for_cut(void *context)
{
    (void)context;
    char byte;
    int pipe_end = open(cut_path, O_RDONLY);
    if (pipe_end < 0 || read(pipe_end, &byte, 1) != 1)
        return NULL;
    pthread_mutex_lock(&mutex);
    for (uint64_t sector = 0; sector < size / SECTOR; sector++)
        if (is_dirty[sector] && rand_r(&seed) & 0x4000)
            write_out(sector);
    fsync(image);
    kill(getpid(), SIGKILL);
    return NULL;
}

static int cutdisk_get_ready(void)
{
    struct stat st;
    image = open(image_path, O_RDWR | O_CLOEXEC);
    if (image < 0 || fstat(image, &st) != 0) {
        nbdkit_error("cannot open %s", image_path);
        return -1;
    }
    size = (uint64_t)st.st_size / SECTOR * SECTOR;
    memory = malloc(size);
    is_dirty = calloc(size / SECTOR, 1);
    for (uint64_t at = 0; memory && at < size;) {
        ssize_t n = pread(image, memory + at, size - at, (off_t)at);
        if (n <= 0)
            return -1;
        at += (uint64_t)n;
    }
    return memory && is_dirty ? 0 : -1;
}

static int cutdisk_after_fork(void)
{
    pthread_t thread;
    return pthread_create(&thread, NULL, wait_for_cut, NULL) == 0 ? 0 : -1;
}

static void *cutdisk_open(int is_readonly)
{
    (void)is_readonly;
    return NBDKIT_HANDLE_NOT_NEEDED;
}

static int64_t cutdisk_get_size(void *handle)
{
    (void)handle;
    return (int64_t)size;
}

static int cutdisk_pread(void *handle, void *out, uint32_t count, uint64_t at, uint32_t flags)
{
    (void)handle, (void)flags;
    pthread_mutex_lock(&mutex);
    memcpy(out, memory + at, count);
    pthread_mutex_unlock(&mutex);
    return 0;
}

static int cutdisk_flush(void *handle, uint32_t flags)
{
    (void)handle, (void)flags;
    bool is_good = true;
    pthread_mutex_lock(&mutex);
    for (uint64_t sector = 0; sector < size / SECTOR; sector++)
        if (is_dirty[sector])
            is_good = write_out(sector) && is_good;
    pthread_mutex_unlock(&mutex);
    return is_good ? 0 : -1;
}

static int cutdisk_pwrite(void *handle, const void *bytes, uint32_t count, uint64_t at,
                          uint32_t flags)
{
    pthread_mutex_lock(&mutex);
    memcpy(memory + at, bytes, count);
    memset(is_dirty + at / SECTOR, 1, (count + at % SECTOR + SECTOR - 1) / SECTOR);
    pthread_mutex_unlock(&mutex);
    return flags & NBDKIT_FLAG_FUA ? cutdisk_flush(handle, 0) : 0;
}

static struct nbdkit_plugin plugin = {
    .name = "cutdisk",
    .config = cutdisk_config,
    .get_ready = cutdisk_get_ready,
    .after_fork = cutdisk_after_fork,
    .open = cutdisk_open,
    .get_size = cutdisk_get_size,
    .pread = cutdisk_pread,
    .pwrite = cutdisk_pwrite,
    .flush = cutdisk_flush,
    .can_fua = NULL,
};

NBDKIT_REGISTER_PLUGIN(plugin)
