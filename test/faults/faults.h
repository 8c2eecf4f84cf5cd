/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Makes one call fail: the n-th allocation, file call or question to a library, of this thread.
 *
 * The functions of the C library are replaced for the whole program, so that what SQLite, OpenSSL,
 * jansson and zlib ask for fails too. Blocks that were taken while faults were watched and are not
 * given back are counted: a leak on a way that is walked only when something fails. */
#ifndef TEST_FAULTS_H
#define TEST_FAULTS_H

#include <stdbool.h>
#include <stdint.h>

typedef enum {
    FAULT_MEMORY, /* malloc, calloc, realloc: none */
    FAULT_FILE,   /* open, read, write, fsync, rename ...: this call alone */
    FAULT_DISK,   /* write, fsync, rename ...: this call and every one after it: a full disk */
    FAULT_LIBRARY /* what this program asks of libcrypto, libsodium, zlib, libzip: this call alone */
} fault_kind;

typedef struct {
    long at;      /* number of the call; 0: nothing fails, calls are counted */
    uint64_t way; /* 0: the number says which; else the one of this turn among those that this program comes to */
    long turn;    /* by the same chain of its functions: a hash of it */
} fault_place;

void fault_own(bool is_own); /* from now on only this program's own calls fail */
void fault_begin(fault_kind kind, fault_place place);
typedef struct {
    long calls; /* of this kind */
    bool was_hit;
} fault_seen;
fault_seen fault_end(void); /* nothing fails any more; blocks are watched on */
const fault_place *fault_chosen(long *count); /* when nothing failed: calls of each way through this program that comes to some */
long fault_blocks(void);    /* taken since fault_begin and not given back; stops watching */

/* -- scenes -------------------------------------------------------------------------------------- */

#include <assay/err.h>

typedef struct {
    const char *name;                        /* a sentence of the contract */
    void (*before)(void);                    /* NULL: nothing */
    assay_status (*run)(assay_err *err);     /* where calls fail; gives back all it took */
    const char *(*after)(assay_status said); /* what is wrong now; NULL: nothing */
    bool is_pure;  /* without memory it says ASSAY_MEMORY, or its answer is the right one */
    enum { SCENE_ALONE, SCENE_FILES, SCENE_OWN } reach; /* FILES: FAULT_FILE and FAULT_DISK too; OWN: only this program's
                                                         * own calls fail, as glib ends the process without memory */
} scene;

extern const scene proof_scenes[], log_scenes[], credential_scenes[], web_scenes[]; /* up to a name of NULL */

/* What the scenes share: a plant that has a ledger and gave credentials. */
typedef struct {
    char folder[64], database[96], keys[112], work[96]; /* work: for the scene alone */
    char id[40], revoked[40];                           /* credentials */
    const char *json, *jwt, *revoked_json, *document, *list, *beside, *receipt, *policy, *note;
} fault_world;
extern fault_world world;
void world_make(void);
void world_drop(void);
_Noreturn void fault_die(const char *what, const assay_err *err);
void fault_shell(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
