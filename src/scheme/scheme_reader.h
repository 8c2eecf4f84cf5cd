/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Between the files that turn a tree of YAML into a scheme.
 *
 * First the arrays and ids of all primitives, so that anything can refer to anything; then the
 * bodies, by tables of keys; then the expressions, each when its type is first asked for; then
 * words and marks; then lint.
 */
#ifndef SCHEME_SCHEME_READER_H
#define SCHEME_SCHEME_READER_H

#include "scheme/expr_inner.h"

#include <stddef.h>

typedef enum { WANT_ANY, WANT_BOOL, WANT_NUMBER, WANT_LIST_OR_NUMBER, WANT_ORDERED } expr_want;

typedef enum { PENDING_NEW, PENDING_UNDER_WAY, PENDING_DONE } pending_state;

typedef struct {
    const expr **slot;
    const tree *tree;
    expr_want want;
    expr_place place;
    expr_name_kind owner; /* NAME_RULE, NAME_TALLY, NAME_MEASURE; else NAME_BUILTIN */
    uint32_t index;
    pending_state state;
    const type *type;
    uint64_t cost;
} pending;

typedef struct reader {
    scheme *s;
    scheme_faults *faults;
    arena *memory;
    const tree *root;
    pending *pending;
    size_t pending_count, pending_room;
    bool is_short;    /* of memory */
    expr_place place; /* for the expressions read next */
    expr_name_kind owner;
    uint32_t index;
} reader;

/* -- keys ------------------------------------------------------------------------------------ */

typedef enum {
    KEY_TEXT,     /* const char * */
    KEY_INT,      /* int64_t, >= 0 */
    KEY_NUMBER,   /* value */
    KEY_SHARE,    /* value, 0 .. 1 */
    KEY_RATIONAL, /* assay_rational, and a bool at `more` */
    KEY_DURATION, /* value */
    KEY_DATE,     /* value */
    KEY_BOOL,     /* bool */
    KEY_TEXTS,    /* const char *const *, size_t at `more`; one text is a list of one */
    KEY_COUNTS,   /* scheme_count *, size_t at `more` */
    KEY_EXPR,     /* const expr *; `extra` is an expr_want */
    KEY_WORDS,    /* scheme_words */
    KEY_CHOICE,   /* an enum; `extra` is a list of words ended by NULL */
    KEY_REF,      /* a pointer into a section; `extra` is its section_id */
    KEY_REFS,     /* an array of such pointers, size_t at `more` */
    KEY_OWN,      /* read by the primitive itself: `own` */
} key_kind;

typedef struct {
    const char *key;
    key_kind kind;
    size_t offset, more;
    uintptr_t extra;
    void (*own)(reader *r, const tree *t, void *object);
} key_rule;

typedef enum {
    SECTION_ROLE,
    SECTION_FORM,
    SECTION_RULE,
    SECTION_RUBRIC,
    SECTION_BANK,
    SECTION_ASSIGN,
    SECTION_TALLY,
    SECTION_GATE,
    SECTION_STAGE,
    SECTION_MEASURE,
    SECTION_MONEY,
    SECTION_TITLE,
    SECTION_PUBLISH,
    SECTION_COUNT,
} section_id;

/* A primitive's array in the scheme. */
typedef struct {
    const char *name;
    size_t array, count, size; /* offsets in scheme; size of an element */
    void (*read)(reader *r, const tree *t, void *object);
} section;
extern const section section_table[SECTION_COUNT];

void *section_element(const scheme *s, section_id id, size_t i);
size_t section_length(const scheme *s, section_id id);
/* The element with this id, or NULL. */
void *section_find(const scheme *s, section_id id, const char *word);

/* Fill `object` from a map; unknown keys are faults. */
void read_keys(reader *r, const tree *map, void *object, const key_rule *rule, size_t n);
#define READ_KEYS(r, map, object, rules)                                                           \
    read_keys((r), (map), (object), (rules), sizeof(rules) / sizeof *(rules))

/* What read_keys does for one key, for others to use. */
bool need_map(reader *r, const tree *t);
bool need_scalar(reader *r, const tree *t);
void read_own_key(reader *r, const tree *t, void *object, const key_rule *rule);
void read_words(reader *r, const tree *t, scheme_words *out);
void read_expr(reader *r, const tree *t, expr_want want, const expr **slot);
bool read_rational(reader *r, const tree *t, assay_rational *out);
bool read_whole(reader *r, const tree *t, int64_t *out);
bool read_bool(reader *r, const tree *t, bool *out);
bool read_duration(reader *r, const tree *t, value *out);
void read_texts(reader *r, const tree *t, const char *const **out, size_t *count);
/* Scalars of a list, or the one scalar: calls with each. */
size_t tree_items(const tree *t);
const tree *tree_item(const tree *t, size_t i);

/* An id: letters, digits, _; begins with a letter. A fault otherwise. */
bool check_name(reader *r, const char *id, scheme_place at);
/* An id that expressions may speak of: none of their own words. */
bool check_id(reader *r, const char *id, scheme_place at);
void *reader_array(reader *r, size_t count, size_t size);
#define READER_ARRAY(r, type, count) ((type *)reader_array((r), (count), sizeof(type)))

/* A fault that says what was found and what was expected. */
void refuse_value(reader *r, const tree *t, const char *expected);
void unknown_reference(reader *r, const tree *t, const char *word, section_id id);

/* -- primitives ----------------------------------------------------------------------------------
 */

void read_role(reader *r, const tree *t, void *object);
void read_form(reader *r, const tree *t, void *object);
void read_rule(reader *r, const tree *t, void *object);
void read_rubric(reader *r, const tree *t, void *object);
void read_bank(reader *r, const tree *t, void *object);
void read_assign(reader *r, const tree *t, void *object);
void read_tally(reader *r, const tree *t, void *object);
void read_gate(reader *r, const tree *t, void *object);
void read_stage(reader *r, const tree *t, void *object);
void read_measure(reader *r, const tree *t, void *object);
void read_money(reader *r, const tree *t, void *object);
void read_title(reader *r, const tree *t, void *object);
void read_publish(reader *r, const tree *t, void *object);
/* The fields of a map of fields. */
void read_fields(reader *r, const tree *map, scheme_field **out, size_t *count);

/* What a rule defaults to once all is read. */
void finish_tallies(reader *r);
void finish_stages(reader *r);
void compile_pending(reader *r);
void read_labels(reader *r);

/* -- lint ----------------------------------------------------------------------------------------
 */

/* What holds between the parts; each file one story. */
void lint(reader *r);
void lint_rubrics(reader *r);
void lint_people(reader *r);
void lint_stages(reader *r);
void lint_gates(reader *r);
void lint_inputs(reader *r);
void lint_tallies(reader *r);
void lint_blind(reader *r);
void lint_rest(reader *r);

/* from[i * n + k]: stage k can come after stage i by next, else, late or a band (not by itself). */
bool *stage_graph(reader *r);
/* reach[i * n + k]: in one step or more. */
bool *stage_reach(reader *r);

#endif
