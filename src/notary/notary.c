/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Records are committed first, in the database; that is the promise. This builds the log behind
 * them: it can be killed anywhere and begins again with what no checkpoint covers. */
#include "notary/inner.h"

#include "base/i18n.h"
#include "base/random.h"
#include "ledger/durable.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COMPARED = TILE_WIDTH }; /* entries held against their records when a log is opened */

struct notary {
    store *records; /* a reading handle of its own */
    notary_settings set;
    char directory[1024], place[1024];
    signer *signer;
    note_key keys[NOTARY_KEYS];
    size_t key_count;
    policy policy;
    tlog *log;
    bool is_compared; /* the witnesses were asked */
    buf entry;
};

/* -- settings ------------------------------------------------------------------------------------- */

assay_status settings_keys(const notary_settings *set, note_key *out, size_t room, size_t *count,
                           assay_err *err)
{
    char vkey[NOTE_NAME_MAX + 64];
    const char *at = buf_text(&set->keys);
    *count = 0;
    while (*at) {
        size_t length = strcspn(at, "\n");
        if (length >= sizeof vkey || *count == room)
            return assay_fail(err, ASSAY_LIMIT, 0, "the ledger's settings have too many keys");
        memcpy(vkey, at, length);
        vkey[length] = '\0';
        assay_status status = note_key_parse(vkey, &out[*count], err);
        if (status != ASSAY_OK)
            return status;
        ++*count;
        at += length + (at[length] == '\n');
    }
    return ASSAY_OK;
}

assay_status settings_policy(const notary_settings *set, const note_key *keys, size_t count,
                             policy *out, assay_err *err)
{
    policy *p = out;
    *p = (policy){.quorum = -1};
    if (set->policy.length) {
        assay_status status = policy_parse(set->policy.data, set->policy.length, p, err);
        if (status != ASSAY_OK)
            return status;
    }
    for (size_t i = 0; i < count && p->log_count < POLICY_LOGS; i++) {
        bool is_there = false;
        for (size_t k = 0; k < p->log_count; k++)
            is_there |= memcmp(&p->logs[k].key, &keys[i], sizeof keys[i]) == 0;
        if (!is_there)
            p->logs[p->log_count++].key = keys[i];
    }
    return ASSAY_OK;
}

static_assert(NOTARY_KEYS / 2 + 1 + SIGNER_RETIRED_MAX <= NOTARY_KEYS, "the settings' keys and all of the signer fit");

static void key_add(notary *n, const note_key *key)
{
    for (size_t i = 0; i < n->key_count; i++)
        if (memcmp(&n->keys[i], key, sizeof *key) == 0)
            return;
    n->keys[n->key_count++] = *key;
}

static assay_status gather_keys(notary *n, assay_err *err)
{
    signer_public p;
    assay_status status = settings_keys(&n->set, n->keys, NOTARY_KEYS / 2, &n->key_count, err);
    if (status == ASSAY_OK)
        status = signer_keys(n->signer, &p, err);
    if (status == ASSAY_OK && !p.log.type) {
        assay_fail(err, ASSAY_NOT_FOUND, 0, "the signer has no key for log");
        return assay_hint(err, "assay signer add %s log %s", n->place, n->set.origin);
    }
    if (status == ASSAY_OK && strcmp(p.log.name, n->set.origin) != 0)
        return assay_fail(err, ASSAY_CONFLICT, 0, "the signer's key is for %s, the ledger is %s",
                          p.log.name, n->set.origin);
    if (status != ASSAY_OK)
        return status;
    key_add(n, &p.log);
    for (size_t i = 0; i < p.retired_count; i++)
        key_add(n, &p.retired[i]);
    return ASSAY_OK;
}

/* -- log and records belong together ------------------------------------------------------------------ */

typedef struct {
    notary *n;
    uint64_t next, end; /* entries still to be compared */
    buf entry, stored;
    assay_status status;
    assay_err *err;
} comparing;

static bool compare_record(const record *r, void *context)
{
    comparing *c = context;
    buf_clear(&c->entry);
    buf_clear(&c->stored);
    c->status = r->sequence == c->next + 1
                    ? notary_entry(r, &c->n->set.tenant, &c->entry, c->err)
                    : assay_fail(c->err, ASSAY_DAMAGED, 0, "record %llu is missing",
                                 (unsigned long long)c->next + 1);
    if (c->status == ASSAY_OK)
        c->status = tlog_read_entry(tlog_reading(c->n->log), c->next, c->end, &c->stored, c->err);
    if (c->status == ASSAY_OK && (c->entry.length != c->stored.length ||
                                  memcmp(c->entry.data, c->stored.data, c->entry.length) != 0)) {
        assay_fail(c->err, ASSAY_CONFLICT, 0, "entry %llu of the log is not record %llu",
                   (unsigned long long)c->next, (unsigned long long)r->sequence);
        c->status =
            assay_hint(c->err, _("the database was restored and went on: it is not this log's"));
    }
    c->next++;
    return c->status == ASSAY_OK && c->next < c->end;
}

static assay_status compare_end(notary *n, assay_err *err)
{
    uint64_t size = tlog_size(n->log);
    comparing c = {.n = n, .end = size, .err = err};
    c.next = size > COMPARED ? size - COMPARED : 0;
    if (!size)
        return ASSAY_OK;
    assay_status status = store_record_heads(n->records, NULL, c.next + 1, compare_record, &c, err);
    if (status == ASSAY_OK)
        status = c.status;
    if (status == ASSAY_OK && c.next < c.end) {
        assay_fail(err, ASSAY_CONFLICT, 0, "the log has %llu entries, the database only %llu records",
                   (unsigned long long)size, (unsigned long long)c.next);
        status = assay_hint(err, _("assay ledger rebuild DB enters the missing records again"));
    }
    buf_done(&c.entry);
    buf_done(&c.stored);
    return status;
}

/* -- life ------------------------------------------------------------------------------------------------- */

assay_status notary_open(const char *path, notary **out, assay_err *err)
{
    notary *n = calloc(1, sizeof *n);
    if (!n)
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory for a notary");
    assay_status status = store_open(path, STORE_READ, &n->records, err);
    if (status == ASSAY_OK)
        status = notary_settings_read(n->records, &n->set, err);
    notary_directory(&n->set, path, n->directory, sizeof n->directory);
    notary_signer_place(&n->set, path, n->place, sizeof n->place);
    if (status == ASSAY_OK)
        status = signer_open(n->place, &n->signer, err);
    if (status == ASSAY_OK)
        status = gather_keys(n, err);
    if (status == ASSAY_OK)
        status = settings_policy(&n->set, n->keys, n->key_count, &n->policy, err);
    if (status == ASSAY_OK)
        status = tlog_open(n->directory, n->set.origin, n->keys, n->key_count, &n->log, err);
    if (status == ASSAY_OK)
        status = compare_end(n, err);
    if (status != ASSAY_OK) {
        notary_close(n);
        return status;
    }
    *out = n;
    return ASSAY_OK;
}

void notary_close(notary *n)
{
    if (!n)
        return;
    tlog_close(n->log);
    signer_close(n->signer);
    notary_settings_done(&n->set);
    buf_done(&n->entry);
    store_close(n->records);
    free(n);
}

/* -- witnesses before the first signature -------------------------------------------------------------------- */

static assay_status continues(notary *n, const policy_witness *w, const signer_seen *seen,
                              assay_err *err)
{
    sha256 root;
    if (seen->size > tlog_size(n->log)) {
        assay_fail(err, ASSAY_CONFLICT, 0,
                   "witness %s has seen %llu entries, this log has only %llu: nothing is signed",
                   w->name, (unsigned long long)seen->size, (unsigned long long)tlog_size(n->log));
        return assay_hint(err,
                          _("an older state was restored: bring the newer files and records back"));
    }
    assay_status status =
        tlog_root_within(tlog_reading(n->log), seen->size, tlog_size(n->log), &root, err);
    if (status == ASSAY_OK && !sha256_equal(&root, &seen->root)) {
        assay_fail(err, ASSAY_CONFLICT, 0,
                   "witness %s has seen another tree of %llu entries: nothing is signed", w->name,
                   (unsigned long long)seen->size);
        return assay_hint(err, _("the log was forked: an older state was restored and went on"));
    }
    return status;
}

static assay_status compare_witnesses(notary *n, assay_err *err)
{
    size_t asked = 0, answered = 0;
    signer_seen seen;
    assay_err why = {0};
    for (size_t i = 0; i < n->policy.witness_count; i++) {
        const policy_witness *w = &n->policy.witnesses[i];
        if (!*w->url)
            continue;
        asked++;
        assay_status status =
            witness_has(w, n->set.origin, n->keys, n->key_count, &seen, &why);
        if (status == ASSAY_OK && seen.size)
            status = continues(n, w, &seen, &why);
        if (status == ASSAY_CONFLICT) {
            *err = why;
            return status;
        }
        answered += status == ASSAY_OK;
    }
    if (asked && !answered) {
        assay_fail(err, ASSAY_BUSY, 0, "none of %zu witnesses answers, so nothing is signed yet: %.200s",
                   asked, why.message);
        return assay_hint(err, _("records are kept; they are signed as soon as one answers"));
    }
    n->is_compared = true;
    return ASSAY_OK;
}

/* -- stepping ------------------------------------------------------------------------------------------------- */

typedef struct {
    notary *n;
    uint64_t added;
    assay_status status;
    assay_err *err;
} taking;

static bool take_record(const record *r, void *context)
{
    taking *t = context;
    notary *n = t->n;
    if (r->sequence != tlog_size(n->log) + 1) {
        t->status = assay_fail(t->err, ASSAY_DAMAGED, 0, "record %llu follows entry %llu",
                               (unsigned long long)r->sequence,
                               (unsigned long long)tlog_size(n->log));
        return false;
    }
    buf_clear(&n->entry);
    t->status = notary_entry(r, &n->set.tenant, &n->entry, t->err);
    if (t->status == ASSAY_OK)
        t->status = tlog_add(n->log, n->entry.data, n->entry.length, t->err);
    return t->status == ASSAY_OK && ++t->added < LOG_BATCH;
}

static assay_status take_batch(notary *n, uint64_t *added, assay_err *err)
{
    taking t = {.n = n, .err = err};
    assay_status status =
        store_record_heads(n->records, NULL, tlog_size(n->log) + 1, take_record, &t, err);
    *added = t.added;
    return status == ASSAY_OK ? t.status : status;
}

/* Cosignatures that came for the checkpoint published now. */
static assay_status adopt(notary *n, assay_err *err)
{
    char path[1100];
    buf text = BUF_INIT;
    note theirs, ours;
    const buf *mine = tlog_note(n->log);
    snprintf(path, sizeof path, "%s/witnessed", n->directory);
    assay_status status = durable_read(path, LOG_CHECKPOINT_MAX, &text, NULL);
    bool is_more = status == ASSAY_OK && text.length > mine->length &&
                   memcmp(text.data, buf_text(mine), mine->length) == 0 &&
                   note_parse(text.data, text.length, &theirs, NULL) == ASSAY_OK &&
                   note_parse(mine->data, mine->length, &ours, NULL) == ASSAY_OK &&
                   theirs.text_length == ours.text_length;
    status = is_more ? tlog_cosigned(n->log, text.data + mine->length, text.length - mine->length, err)
                     : ASSAY_OK;
    buf_done(&text);
    return status;
}

assay_status notary_step(notary *n, uint64_t *size, assay_err *err)
{
    uint64_t added = LOG_BATCH;
    assay_status status = ASSAY_OK;
    while (status == ASSAY_OK && added == LOG_BATCH) {
        status = take_batch(n, &added, err);
        if (status == ASSAY_OK && added)
            status = tlog_write(n->log, err);
    }
    if (status == ASSAY_OK && !n->is_compared)
        status = compare_witnesses(n, err);
    bool is_new = !tlog_is_signed(n->log) || tlog_signed_size(n->log) != tlog_size(n->log);
    if (status == ASSAY_OK && is_new)
        status = tlog_sign(n->log, n->signer, err);
    else if (status == ASSAY_OK)
        status = adopt(n, err);
    if (status == ASSAY_OK)
        *size = tlog_signed_size(n->log);
    return status;
}

/* -- making a ledger ---------------------------------------------------------------------------------------------- */

static assay_status own_key(const char *place, const char *origin, bool is_made, note_key *out,
                            assay_err *err)
{
    signer *s = NULL;
    signer_public p;
    bool is_file = strncmp(place, "unix:", 5) != 0;
    assay_status status = signer_open(place, &s, err);
    if (status == ASSAY_NOT_FOUND && is_file && is_made) {
        status = signer_file_add(place, SIGNER_LOG, origin, NULL, err);
        if (status == ASSAY_OK)
            status = signer_open(place, &s, err);
    }
    if (status == ASSAY_OK)
        status = signer_keys(s, &p, err);
    signer_close(s);
    if (status == ASSAY_OK && !p.log.type) {
        assay_fail(err, ASSAY_NOT_FOUND, 0, "the signer at %s has no key for log", place);
        return assay_hint(err, "assay signer add KEYS log %s", origin);
    }
    if (status == ASSAY_OK && strcmp(p.log.name, origin) != 0)
        return assay_fail(err, ASSAY_CONFLICT, 0, "the signer at %s signs for %s, not for %s", place,
                          p.log.name, origin);
    if (status == ASSAY_OK)
        *out = p.log;
    return status;
}

/* The key first, then those of before. True: it was not first. */
static bool put_first(notary_settings *set, const note_key *key)
{
    buf first = BUF_INIT;
    note_key_write(key, &first);
    buf_add_char(&first, '\n');
    bool is_new = first.failed || set->keys.length < first.length ||
                  memcmp(buf_text(&set->keys), buf_text(&first), first.length) != 0;
    if (is_new) {
        buf_add(&first, buf_text(&set->keys), set->keys.length);
        buf_done(&set->keys);
        set->keys = first;
    } else
        buf_done(&first);
    return is_new;
}

static assay_status write_settings(store *s, const notary_settings *set, const char *actor,
                                   const char *why, assay_err *err)
{
    store_tx *tx = NULL;
    assay_status status = store_tx_begin(s, &tx, err);
    if (status == ASSAY_OK)
        status = notary_settings_write(tx, set, actor, why, err);
    if (status == ASSAY_OK)
        return store_tx_commit(tx, NULL, err);
    store_tx_abort(tx);
    return status;
}

assay_status notary_keys_follow(store *s, const char *path, const char *actor, assay_err *err)
{
    notary_settings set;
    note_key key;
    char place[1024];
    assay_status status = notary_settings_read(s, &set, err);
    if (status != ASSAY_OK)
        return status;
    notary_signer_place(&set, path, place, sizeof place);
    status = own_key(place, set.origin, false, &key, err);
    if (status == ASSAY_OK && put_first(&set, &key))
        status = write_settings(s, &set, actor, "the log's key in use", err);
    notary_settings_done(&set);
    return status;
}

static assay_status fits(const char *text, size_t room, const char *what, assay_err *err)
{
    return strlen(text) < room ? ASSAY_OK
                               : assay_fail(err, ASSAY_LIMIT, 0, "the %s is longer than %zu bytes",
                                            what, room - 1);
}

static assay_status fill(const notary_wish *w, const char *path, notary_settings *set,
                         assay_err *err)
{
    char place[1024];
    note_key key;
    policy p;
    const char *directory = w->directory ? w->directory : "", *at = w->signer ? w->signer : "";
    assay_status status = fits(w->origin, sizeof set->origin, "origin", err);
    if (status == ASSAY_OK)
        status = fits(directory, sizeof set->directory, "directory", err);
    if (status == ASSAY_OK)
        status = fits(at, sizeof set->signer, "signer's place", err);
    if (status == ASSAY_OK)
        status = random_bytes(set->tenant.bytes, sizeof set->tenant.bytes, err);
    if (status != ASSAY_OK)
        return status;
    strcpy(set->origin, w->origin);
    strcpy(set->directory, directory);
    strcpy(set->signer, at);
    buf_add_text(&set->policy, w->policy ? w->policy : "");
    notary_signer_place(set, path, place, sizeof place);
    status = own_key(place, set->origin, true, &key, err);
    if (status == ASSAY_OK) {
        put_first(set, &key);
        status = settings_policy(set, &key, 1, &p, err);
    }
    return status;
}

assay_status notary_init(store *s, const char *path, const notary_wish *w, assay_err *err)
{
    notary_settings old = {.origin = ""}, set = {.origin = ""};
    assay_status status = notary_settings_read(s, &old, NULL);
    if (status == ASSAY_OK) {
        assay_fail(err, ASSAY_EXISTS, 0, "the database has a ledger: %s", old.origin);
        notary_settings_done(&old);
        return assay_hint(err, _("assay ledger status tells about it"));
    }
    status = fill(w, path, &set, err);
    if (status == ASSAY_OK)
        status = write_settings(s, &set, w->actor, "a ledger was begun", err);
    notary_settings_done(&set);
    return status;
}
