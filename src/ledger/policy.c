/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Members are numbered: witnesses first, then groups behind POLICY_WITNESSES. A group names only
 * members defined above it, so the graph has no cycle and one pass from the top counts it. */
#include "ledger/policy.h"

#include "base/i18n.h"

#include "ledger/checkpoint.h"

#include <stdlib.h>
#include <string.h>

enum { WORDS = 2 + POLICY_WITNESSES + POLICY_GROUPS };

typedef struct {
    policy *p;
    bool used[POLICY_WITNESSES + POLICY_GROUPS];
    bool has_quorum;
    const char *word[WORDS + 1];
    size_t size[WORDS + 1], count;
    uint64_t row;
    assay_err *err;
} parsing;

static assay_status bad(const parsing *x, const char *why)
{
    assay_status status = assay_fail(x->err, ASSAY_FORMAT, 0, "line %llu of the policy: %s",
                                     (unsigned long long)x->row, why);
    if (x->err)
        x->err->line = x->row;
    return status;
}

/* -- words ------------------------------------------------------------------------------------- */

static bool split(parsing *x, const char *line, const char *end)
{
    x->count = 0;
    while (line < end) {
        size_t blanks = 0;
        while (line + blanks < end && (line[blanks] == ' ' || line[blanks] == '\t'))
            blanks++;
        line += blanks;
        const char *stop = line;
        while (stop < end && *stop != ' ' && *stop != '\t')
            stop++;
        if (stop == line)
            break;
        if (x->count == WORDS)
            return false;
        x->word[x->count] = line;
        x->size[x->count++] = (size_t)(stop - line);
        line = stop;
    }
    return true;
}

static bool is_word(const parsing *x, size_t i, const char *text)
{
    return strlen(text) == x->size[i] && memcmp(x->word[i], text, x->size[i]) == 0;
}

static bool copy_word(const parsing *x, size_t i, char *out, size_t room)
{
    if (x->size[i] >= room || memchr(x->word[i], '\0', x->size[i]))
        return false;
    memcpy(out, x->word[i], x->size[i]);
    out[x->size[i]] = '\0';
    return true;
}

static int find_member(const parsing *x, size_t i)
{
    for (size_t w = 0; w < x->p->witness_count; w++)
        if (is_word(x, i, x->p->witnesses[w].name))
            return (int)w;
    for (size_t g = 0; g < x->p->group_count; g++)
        if (is_word(x, i, x->p->groups[g].name))
            return (int)(POLICY_WITNESSES + g);
    return -1;
}

static assay_status read_key(const parsing *x, size_t i, note_key *out)
{
    char vkey[NOTE_NAME_MAX + 64];
    if (!copy_word(x, i, vkey, sizeof vkey))
        return bad(x, "a key is too long");
    assay_status status = note_key_parse(vkey, out, x->err);
    if (status == ASSAY_OK || status == ASSAY_MEMORY)
        return status;
    (void)!bad(x, "not a verifier key");
    return assay_hint(x->err, _("NAME+ID+KEY, as assay signer show prints it"));
}

/* -- lines ---------------------------------------------------------------------------------------- */

static assay_status read_log(parsing *x)
{
    policy *p = x->p;
    policy_log *l = &p->logs[p->log_count];
    if (x->count < 2 || x->count > 3)
        return bad(x, "log takes a key and perhaps a URL");
    if (p->log_count == POLICY_LOGS)
        return bad(x, "more than 16 logs");
    assay_status status = read_key(x, 1, &l->key);
    if (status != ASSAY_OK)
        return status;
    if (l->key.type != NOTE_ED25519)
        return bad(x, "not the key of a log");
    if (x->count == 3 && !copy_word(x, 2, l->url, sizeof l->url))
        return bad(x, "a URL is too long");
    p->log_count++;
    return ASSAY_OK;
}

static assay_status read_witness(parsing *x)
{
    policy *p = x->p;
    policy_witness *w = &p->witnesses[p->witness_count];
    if (x->count < 3 || x->count > 4)
        return bad(x, "witness takes a name, a key and perhaps a URL");
    if (p->witness_count == POLICY_WITNESSES)
        return bad(x, "more than 64 witnesses");
    if (find_member(x, 1) >= 0 || is_word(x, 1, "none"))
        return bad(x, "the name is taken");
    assay_status status = read_key(x, 2, &w->key);
    if (status != ASSAY_OK)
        return status;
    if (w->key.type != NOTE_COSIGNATURE)
        return bad(x, "not the key of a witness");
    if (!copy_word(x, 1, w->name, sizeof w->name))
        return bad(x, "a name is too long");
    if (x->count == 4 && !copy_word(x, 3, w->url, sizeof w->url))
        return bad(x, "a URL is too long");
    p->witness_count++;
    return ASSAY_OK;
}

static assay_status read_members(parsing *x, struct policy_group *g)
{
    for (size_t i = 3; i < x->count; i++) {
        int m = find_member(x, i);
        if (m < 0)
            return bad(x, "a member that is not defined above");
        if (x->used[m])
            return bad(x, "a member is in a group already");
        x->used[m] = true;
        g->member[g->member_count++] = (unsigned char)m;
    }
    return ASSAY_OK;
}

static assay_status read_group(parsing *x)
{
    policy *p = x->p;
    struct policy_group *g = &p->groups[p->group_count];
    uint64_t needed = 0;
    if (x->count < 4)
        return bad(x, "group takes a name, a number and members");
    if (p->group_count == POLICY_GROUPS)
        return bad(x, "more than 32 groups");
    if (find_member(x, 1) >= 0 || is_word(x, 1, "none"))
        return bad(x, "the name is taken");
    if (!copy_word(x, 1, g->name, sizeof g->name))
        return bad(x, "a name is too long");
    assay_status status = read_members(x, g);
    if (status != ASSAY_OK)
        return status;
    if (is_word(x, 2, "any"))
        needed = 1;
    else if (is_word(x, 2, "all"))
        needed = g->member_count;
    else if (!ledger_number(x->word[2], x->size[2], &needed))
        needed = 0;
    if (!needed || needed > g->member_count)
        return bad(x, "not a number from 1 to that of the members");
    g->needed = (unsigned)needed;
    p->group_count++;
    return ASSAY_OK;
}

static assay_status read_quorum(parsing *x)
{
    if (x->count != 2)
        return bad(x, "quorum takes a name or none");
    if (x->has_quorum)
        return bad(x, "a second quorum");
    x->p->quorum = is_word(x, 1, "none") ? -1 : find_member(x, 1);
    if (x->p->quorum < 0 && !is_word(x, 1, "none"))
        return bad(x, "a quorum that is not defined above");
    x->has_quorum = true;
    return ASSAY_OK;
}

static assay_status read_line(parsing *x)
{
    if (!x->count)
        return ASSAY_OK;
    if (is_word(x, 0, "log"))
        return read_log(x);
    if (is_word(x, 0, "witness"))
        return read_witness(x);
    if (is_word(x, 0, "group"))
        return read_group(x);
    if (is_word(x, 0, "quorum"))
        return read_quorum(x);
    return bad(x, "neither log, witness, group nor quorum");
}

assay_status policy_parse(const char *text, size_t length, policy *out, assay_err *err)
{
    parsing x = {.err = err};
    const char *end = text + length;
    assay_status status = ASSAY_OK;
    if (length > POLICY_MAX)
        return assay_fail(err, ASSAY_LIMIT, 0, "a policy has at most 64 KiB");
    x.p = calloc(1, sizeof *x.p);
    if (!x.p)
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory for a policy");
    x.p->quorum = -1;
    while (text < end && status == ASSAY_OK) {
        const char *stop = memchr(text, '\n', (size_t)(end - text));
        const char *line_end = stop ? stop : end;
        const char *comment = memchr(text, '#', (size_t)(line_end - text));
        x.row++;
        status = split(&x, text, comment ? comment : line_end) ? read_line(&x)
                                                               : bad(&x, "too many words");
        text = stop ? stop + 1 : end;
    }
    if (status == ASSAY_OK && !x.has_quorum)
        status = bad(&x, "there is no quorum line (quorum none: no witness is needed)");
    if (status == ASSAY_OK)
        *out = *x.p;
    free(x.p);
    return status;
}

/* -- judging ---------------------------------------------------------------------------------------- */

static assay_status find_log(const policy *p, const note *n, int *out, assay_err *err)
{
    *out = -1;
    for (size_t i = 0; i < p->log_count; i++) {
        assay_status status = note_verify(n, &p->logs[i].key, NULL, err);
        if (status == ASSAY_OK && *out < 0)
            *out = (int)i;
        else if (status != ASSAY_OK && status != ASSAY_NOT_FOUND)
            return status;
    }
    return *out < 0 ? assay_fail(err, ASSAY_NOT_FOUND, 0, "no log of the policy has signed it")
                    : ASSAY_OK;
}

static bool count_quorum(const policy *p, const policy_verdict *v)
{
    bool is_met[POLICY_WITNESSES + POLICY_GROUPS] = {false};
    for (size_t w = 0; w < p->witness_count; w++)
        is_met[w] = v->seen[w] != 0;
    for (size_t g = 0; g < p->group_count; g++) {
        unsigned met = 0;
        for (size_t m = 0; m < p->groups[g].member_count; m++)
            met += is_met[p->groups[g].member[m]];
        is_met[POLICY_WITNESSES + g] = met >= p->groups[g].needed;
    }
    return p->quorum < 0 || is_met[p->quorum];
}

assay_status policy_judge(const policy *p, const note *n, policy_verdict *out, assay_err *err)
{
    policy_verdict v = {.log = -1};
    assay_status status = find_log(p, n, &v.log, err);
    for (size_t i = 0; i < p->witness_count && status == ASSAY_OK; i++) {
        status = note_verify(n, &p->witnesses[i].key, &v.seen[i], err);
        if (status == ASSAY_OK && !v.seen[i])
            v.seen[i] = 1; /* signed at the epoch: strange, but signed */
        v.seen_count += status == ASSAY_OK;
        if (status == ASSAY_NOT_FOUND)
            status = ASSAY_OK;
    }
    if (status != ASSAY_OK)
        return status;
    v.has_quorum = count_quorum(p, &v);
    *out = v;
    return ASSAY_OK;
}

/* -- writing ------------------------------------------------------------------------------------- */

static const char *member_name(const policy *p, unsigned member)
{
    return member < POLICY_WITNESSES ? p->witnesses[member].name
                                     : p->groups[member - POLICY_WITNESSES].name;
}

void policy_write(const policy *p, buf *out)
{
    for (size_t i = 0; i < p->log_count; i++) {
        buf_add_text(out, "log ");
        note_key_write(&p->logs[i].key, out);
        buf_add_char(out, '\n');
    }
    for (size_t i = 0; i < p->witness_count; i++) {
        buf_addf(out, "witness %s ", p->witnesses[i].name);
        note_key_write(&p->witnesses[i].key, out);
        buf_add_char(out, '\n');
    }
    for (size_t i = 0; i < p->group_count; i++) {
        buf_addf(out, "group %s %u", p->groups[i].name, p->groups[i].needed);
        for (size_t k = 0; k < p->groups[i].member_count; k++)
            buf_addf(out, " %s", member_name(p, p->groups[i].member[k]));
        buf_add_char(out, '\n');
    }
    buf_addf(out, "quorum %s\n", p->quorum < 0 ? "none" : member_name(p, (unsigned)p->quorum));
}
