/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The program's own malloc and file calls win over the library's, for every library in the process.
 * Under AddressSanitizer they go on to its own, so that it sees every block. */
#undef _FILE_OFFSET_BITS
#include "faults.h"

#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <qrencode.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zip.h>
#include <zlib.h>

/* Seen by the libraries, against -fvisibility=hidden: else theirs would never fail. AddressSanitizer has its own place
 * before them: with it the calls of this program alone fail. */
#ifndef __SANITIZE_ADDRESS__
#pragma GCC visibility push(default)
#endif

/* -- which call fails ----------------------------------------------------------------------------- */

static _Thread_local bool is_armed, is_watched;
static fault_kind kind;
static fault_place place;
static long calls, turns;
static bool only_own, was_hit, is_theirs; /* is_theirs: a library's own call was made to fail */

/* Was it called from this program, not from a library? */
extern char __executable_start, etext;
static bool is_ours(const void *caller)
{
    return (const char *)caller >= &__executable_start && (const char *)caller < &etext;
}

/* On a way, the chain of this program's own functions, it comes to such calls once or many times. Kept are the
 * first, second, fourth, eighth ... of each way: they meet its branches, all of them would meet them again. They are
 * found again by the way: how often a library asks, and so the number of a call, is not the same each time. */
enum { WAYS = 1 << 14, DEPTH = 100 };
static struct {
    uint64_t hash;
    long calls;
} ways[WAYS];
static fault_place chosen[WAYS];
static long chosen_count;
static int above; /* frames of whoever asks for faults: no part of a way */

static uint64_t way_here(void)
{
    void *frames[DEPTH];
    uint64_t hash = 14695981039346656037u;
    is_armed = false; /* what the walk itself asks for does not count */
    int count = backtrace(frames, DEPTH);
    is_armed = true;
    count -= count < DEPTH ? above : 0;
    for (int i = 0; i < count; i++)
        if (is_ours(frames[i]))
            hash = (hash ^ (uintptr_t)frames[i]) * 1099511628211u;
    return hash ? hash : 1;
}

static void choose(uint64_t way)
{
    size_t i = way % WAYS;
    while (ways[i].hash && ways[i].hash != way)
        i = (i + 1) % WAYS;
    ways[i].hash = way;
    long n = ++ways[i].calls;
    if (!(n & (n - 1)) && chosen_count < WAYS - 1)
        chosen[chosen_count++] = (fault_place){calls, way, n};
}

const fault_place *fault_chosen(long *count)
{
    *count = chosen_count;
    return chosen;
}

static bool fails(fault_kind of, bool is_write, const void *caller)
{
    if (!is_armed || (only_own && !is_ours(caller)) || of != (kind == FAULT_DISK ? FAULT_FILE : kind) || (kind == FAULT_DISK && !is_write))
        return false;
    calls++;
    uint64_t way = !place.at || (place.way && !was_hit) ? way_here() : 0;
    if (!place.at)
        choose(way);
    bool is_it = place.way ? way == place.way && ++turns == place.turn : calls == place.at;
    is_it = is_it || (kind == FAULT_DISK && was_hit);
    was_hit = was_hit || is_it;
    is_theirs = is_theirs || (is_it && !is_ours(caller));
    return is_it;
}

/* -- blocks --------------------------------------------------------------------------------------- */

enum { SLOTS = 1 << 18 };
static void *slots[SLOTS];
static bool own[SLOTS]; /* taken by this program itself, or by jansson for it */
static char gone; /* its address marks a place that was given back */

static size_t place_of(const void *p)
{
    return ((uintptr_t)p >> 4) * 0x9E3779B97F4A7C15u >> 46;
}

static void watch(void *p, const void *caller)
{
    if (!p || !is_watched)
        return;
    size_t i = place_of(p);
    while (slots[i] && slots[i] != &gone)
        i = (i + 1) % SLOTS;
    slots[i] = p;
    own[i] = is_ours(caller);
}

static bool forget(const void *p)
{
    if (!p || !is_watched)
        return false;
    for (size_t i = place_of(p); slots[i]; i = (i + 1) % SLOTS)
        if (slots[i] == p) {
            slots[i] = &gone;
            return true;
        }
    return false;
}

void fault_own(bool is_own)
{
    only_own = is_own;
}

void fault_begin(fault_kind what, fault_place where)
{
    void *frames[DEPTH];
    above = backtrace(frames, DEPTH) - 1;
    memset(slots, 0, sizeof slots);
    if (!where.at) {
        memset(ways, 0, sizeof ways);
        chosen_count = 0;
    }
    kind = what;
    place = where;
    calls = turns = 0;
    was_hit = is_theirs = false;
    is_watched = is_armed = true;
}

fault_seen fault_end(void)
{
    is_armed = false;
    return (fault_seen){calls, was_hit};
}

long fault_blocks(void)
{
    long count = 0;
    is_watched = false;
    for (size_t i = 0; i < SLOTS; i++) /* libcrypto loses some of its own when a call of its own fails */
        count += slots[i] && slots[i] != &gone && (own[i] || !(is_theirs || only_own));
    return count;
}

/* -- memory --------------------------------------------------------------------------------------- */

#ifdef __SANITIZE_ADDRESS__
#define REAL(name) __interceptor_##name
#else
#define REAL(name) __libc_##name
#endif
void *REAL(malloc)(size_t n);
void *REAL(calloc)(size_t n, size_t size);
void *REAL(realloc)(void *p, size_t n);
void REAL(free)(void *p);

static void *no_memory(void)
{
    errno = ENOMEM;
    return NULL;
}

void *malloc(size_t n)
{
    void *p = fails(FAULT_MEMORY, false, __builtin_return_address(0)) ? no_memory() : REAL(malloc)(n);
    watch(p, __builtin_return_address(0));
    return p;
}

void *calloc(size_t n, size_t size)
{
    void *p = fails(FAULT_MEMORY, false, __builtin_return_address(0)) ? no_memory() : REAL(calloc)(n, size);
    watch(p, __builtin_return_address(0));
    return p;
}

void *realloc(void *old, size_t n)
{
    if (fails(FAULT_MEMORY, false, __builtin_return_address(0)))
        return no_memory();
    bool is_ours = forget(old) || !old;
    void *p = REAL(realloc)(old, n);
    if (is_ours)
        watch(p ? p : n ? old : NULL, __builtin_return_address(0));
    return p;
}

void free(void *p)
{
    int kept = errno;
    forget(p);
    REAL(free)(p);
    errno = kept;
}

/* -- files ---------------------------------------------------------------------------------------- */

static int failed(int code)
{
    errno = code;
    return -1;
}

static void *next(const char *name)
{
    void *f = dlsym(RTLD_NEXT, name);
    if (!f)
        abort();
    return f;
}

/* One function each: name, arguments with and without types, is it a write, errno. */
#define FILE_CALL(type, name, typed, plain, is_write, code)                                        \
    type name typed;                                                                               \
    type name typed                                                                                \
    {                                                                                              \
        static type(*real) typed;                                                                  \
        bool is_bad = fails(FAULT_FILE, is_write, __builtin_return_address(0));                                                 \
        bool kept = is_armed;                                                                      \
        is_armed = false;                                                                          \
        if (!real)                                                                                 \
            *(void **)&real = next(#name);                                                         \
        is_armed = kept;                                                                           \
        return is_bad ? failed(code) : real plain;                                                 \
    }

FILE_CALL(ssize_t, read, (int fd, void *b, size_t n), (fd, b, n), false, EIO)
FILE_CALL(ssize_t, pread, (int fd, void *b, size_t n, off_t o), (fd, b, n, o), false, EIO)
FILE_CALL(ssize_t, pread64, (int fd, void *b, size_t n, off64_t o), (fd, b, n, o), false, EIO)
FILE_CALL(ssize_t, write, (int fd, const void *b, size_t n), (fd, b, n), true, ENOSPC)
FILE_CALL(ssize_t, pwrite, (int fd, const void *b, size_t n, off_t o), (fd, b, n, o), true, ENOSPC)
FILE_CALL(ssize_t, pwrite64, (int fd, const void *b, size_t n, off64_t o), (fd, b, n, o), true,
          ENOSPC)
FILE_CALL(int, fsync, (int fd), (fd), true, EIO)
FILE_CALL(int, fdatasync, (int fd), (fd), true, EIO)
FILE_CALL(int, rename, (const char *from, const char *to), (from, to), true, EIO)
FILE_CALL(int, mkdir, (const char *path, mode_t mode), (path, mode), true, ENOSPC)
FILE_CALL(int, ftruncate, (int fd, off_t n), (fd, n), true, EIO)
FILE_CALL(int, ftruncate64, (int fd, off64_t n), (fd, n), true, EIO)

#define OPEN_CALL(name)                                                                            \
    int name(const char *path, int flags, ...);                                                    \
    int name(const char *path, int flags, ...)                                                     \
    {                                                                                              \
        static int (*real)(const char *, int, ...);                                                \
        bool is_bad = fails(FAULT_FILE, (flags & O_CREAT) != 0, __builtin_return_address(0));                                   \
        bool kept = is_armed;                                                                      \
        va_list args;                                                                              \
        va_start(args, flags);                                                                     \
        mode_t mode = flags & O_CREAT ? va_arg(args, mode_t) : 0;                                  \
        va_end(args);                                                                              \
        is_armed = false;                                                                          \
        if (!real)                                                                                 \
            *(void **)&real = next(#name);                                                         \
        is_armed = kept;                                                                           \
        return is_bad ? failed(flags & O_CREAT ? ENOSPC : EIO) : real(path, flags, mode);          \
    }

OPEN_CALL(open)
OPEN_CALL(open64)

/* -- libraries -------------------------------------------------------------------------------------- */

/* What this program asks of a library, which answers good input with yes: then with no. Answers that judge somebody
 * else's words (a signature, a PEM) are left alone. */
#define LIBRARY_CALL(type, name, typed, plain, no)                                                                     \
    type name typed                                                                                                    \
    {                                                                                                                  \
        static type(*real) typed;                                                                                      \
        const void *caller = __builtin_return_address(0);                                                              \
        bool is_bad = is_ours(caller) && fails(FAULT_LIBRARY, false, caller);                                          \
        bool kept = is_armed;                                                                                          \
        is_armed = false;                                                                                              \
        if (!real)                                                                                                     \
            *(void **)&real = next(#name);                                                                             \
        is_armed = kept;                                                                                               \
        return is_bad ? no : real plain;                                                                               \
    }

LIBRARY_CALL(int, EVP_DigestInit_ex, (EVP_MD_CTX *c, const EVP_MD *t, ENGINE *e), (c, t, e), 0)
LIBRARY_CALL(int, EVP_DigestUpdate, (EVP_MD_CTX *c, const void *b, size_t n), (c, b, n), 0)
LIBRARY_CALL(int, EVP_DigestFinal_ex, (EVP_MD_CTX *c, unsigned char *b, unsigned *n), (c, b, n), 0)
LIBRARY_CALL(int, EVP_DigestVerifyInit, (EVP_MD_CTX *c, EVP_PKEY_CTX **x, const EVP_MD *t, ENGINE *e, EVP_PKEY *k),
             (c, x, t, e, k), 0)
LIBRARY_CALL(EVP_PKEY_CTX *, EVP_PKEY_CTX_new_from_name, (OSSL_LIB_CTX *l, const char *n, const char *q), (l, n, q), NULL)
LIBRARY_CALL(int, EVP_PKEY_fromdata_init, (EVP_PKEY_CTX *x), (x), 0)
LIBRARY_CALL(int, EVP_PKEY_fromdata, (EVP_PKEY_CTX *x, EVP_PKEY **k, int what, OSSL_PARAM *p), (x, k, what, p), 0)
LIBRARY_CALL(int, EVP_PKEY_sign_init, (EVP_PKEY_CTX *x), (x), 0)
LIBRARY_CALL(int, EVP_PKEY_CTX_set_rsa_padding, (EVP_PKEY_CTX *x, int pad), (x, pad), 0)
LIBRARY_CALL(int, EVP_PKEY_CTX_set_signature_md, (EVP_PKEY_CTX *x, const EVP_MD *t), (x, t), 0)
LIBRARY_CALL(int, EVP_PKEY_sign, (EVP_PKEY_CTX *x, unsigned char *s, size_t *n, const unsigned char *b, size_t length),
             (x, s, n, b, length), 0)
LIBRARY_CALL(int, EVP_PKEY_up_ref, (EVP_PKEY *k), (k), 0)
LIBRARY_CALL(int, EVP_PKEY_get_bn_param, (const EVP_PKEY *k, const char *name, BIGNUM **n), (k, name, n), 0)
LIBRARY_CALL(EVP_PKEY *, EVP_PKEY_new_raw_private_key, (int t, ENGINE *e, const unsigned char *b, size_t n), (t, e, b, n), NULL)
LIBRARY_CALL(int, OSSL_PARAM_BLD_push_BN, (OSSL_PARAM_BLD *b, const char *name, const BIGNUM *n), (b, name, n), 0)
LIBRARY_CALL(int, i2d_PrivateKey, (const EVP_PKEY *k, unsigned char **out), (k, out), -1)
LIBRARY_CALL(int, PEM_write_bio_PKCS8PrivateKey,
             (BIO *b, const EVP_PKEY *k, const EVP_CIPHER *c, const char *word, int n, pem_password_cb *ask, void *u),
             (b, k, c, word, n, ask, u), 0)
LIBRARY_CALL(int, sodium_init, (void), (), -1)
LIBRARY_CALL(int, crypto_sign_detached,
             (unsigned char *s, unsigned long long *n, const unsigned char *m, unsigned long long length, const unsigned char *k),
             (s, n, m, length, k), -1)
LIBRARY_CALL(int, crypto_sign_seed_keypair, (unsigned char *p, unsigned char *k, const unsigned char *seed), (p, k, seed), -1)
LIBRARY_CALL(QRcode *, QRcode_encodeString8bit, (const char *text, int version, QRecLevel level), (text, version, level), NULL)
LIBRARY_CALL(ssize_t, getrandom, (void *b, size_t n, unsigned flags), (b, n, flags), failed(EIO))
LIBRARY_CALL(int, deflateInit2_, (z_streamp z, int level, int method, int bits, int memory, int how, const char *v, int size),
             (z, level, method, bits, memory, how, v, size), Z_MEM_ERROR)
LIBRARY_CALL(int, deflate, (z_streamp z, int flush), (z, flush), Z_STREAM_ERROR)
LIBRARY_CALL(int, inflateInit2_, (z_streamp z, int bits, const char *v, int size), (z, bits, v, size), Z_MEM_ERROR)
LIBRARY_CALL(int, zip_source_open, (zip_source_t *s), (s), -1)
LIBRARY_CALL(zip_int64_t, zip_source_read, (zip_source_t *s, void *b, zip_uint64_t n), (s, b, n), -1)
LIBRARY_CALL(int, zip_stat_index, (zip_t *z, zip_uint64_t i, zip_flags_t f, zip_stat_t *s), (z, i, f, s), -1)
LIBRARY_CALL(zip_int64_t, zip_fread, (zip_file_t *f, void *b, zip_uint64_t n), (f, b, n), -1)
