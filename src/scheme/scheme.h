/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A scheme, compiled: the rules of one programme as data (docs/format/scheme.md says the language).
 *
 * scheme_read turns the bytes of a YAML file into this structure or into a list of faults, never
 * both: whoever holds a scheme holds one that lint has proved total. It is read-only, may be shared
 * between threads and lies in one piece of memory until scheme_free. Cross references are pointers
 * into the arrays below; NULL means "not stated". Texts are UTF-8.
 */
#ifndef SCHEME_SCHEME_H
#define SCHEME_SCHEME_H

#include "base/hash.h"
#include "scheme/expr.h"

/* -- what everything has ------------------------------------------------------------------- */

typedef struct {
    uint32_t line, column; /* from 1; 0: not written, a default */
} scheme_place;

typedef struct {
    const char *ko, *en, *zh; /* NULL: not given */
} scheme_words;

typedef struct {
    const char *id;
    scheme_words words;
    const char *note; /* NULL: none */
    bool is_assumed;  /* an editable example, not a fact; shown as such */
    scheme_place at;
} scheme_item;

/* A word for people: the language asked for ("ko", "en", "zh"), else any, else the id. */
const char *scheme_word(const scheme_item *item, const char *lang);

typedef struct scheme_role scheme_role;
typedef struct scheme_form scheme_form;
typedef struct scheme_rubric scheme_rubric;
typedef struct scheme_bank scheme_bank;
typedef struct scheme_assign scheme_assign;
typedef struct scheme_tally scheme_tally;
typedef struct scheme_gate scheme_gate;
typedef struct scheme_stage scheme_stage;
typedef struct scheme_measure scheme_measure;
typedef struct scheme_money scheme_money;
typedef struct scheme_title scheme_title;
typedef struct scheme_publish scheme_publish;

/* -- fields, forms ------------------------------------------------------------------------- */

typedef enum {
    FIELD_TEXT, /* one or more lines */
    FIELD_INT,
    FIELD_NUM,
    FIELD_MONEY, /* a number; `unit` is the currency */
    FIELD_PERCENT,
    FIELD_BOOL,
    FIELD_DATE,
    FIELD_TIME,     /* an instant */
    FIELD_DURATION, /* days, hours: never months */
    FIELD_PERIOD,   /* {from, to}: two dates, to may be missing */
    FIELD_ENUM,     /* one of `choice`, in rising order */
    FIELD_SET,      /* several of `choice` */
    FIELD_SCALE,    /* a whole number from `low` to `high` (likert7, nps, scale(1..9)) */
    FIELD_FILE,
    FIELD_PHOTO,
    FIELD_SIGN, /* a signature: names its signer */
    FIELD_PERSON,
    FIELD_FIRM,
    FIELD_TEAM,
    FIELD_REF,      /* a case of scheme `of` (NULL: of any) */
    FIELD_EVIDENCE, /* a claim computed from stored measurements */
    FIELD_CHART,    /* a drawing from stored data; `of`: pareto cause_effect check_sheet histogram
                       scatter stratified control */
    FIELD_CHARACTERISTIC, /* the path of a stored characteristic */
    FIELD_POINT,          /* a place on the map */
    FIELD_CONTACT,        /* mail address, telephone */
    FIELD_BADGE,          /* a verifiable credential of somebody else's, judged when it is given */
    FIELD_ROWS,           /* a table: every row has the fields `row` */
} field_kind;

typedef struct scheme_field scheme_field;
struct scheme_field {
    scheme_item item;
    field_kind kind;
    bool is_list;     /* file* */
    bool is_personal; /* names or leads to a person or firm: never shown in a blind stage */
    const char *of;   /* FIELD_REF, FIELD_CHART */
    const char *unit; /* FIELD_NUM, FIELD_MONEY; NULL: none */
    scheme_item *choice;
    size_t choice_count;
    int64_t low, high; /* FIELD_SCALE */
    bool has_least, has_most;
    assay_rational least, most; /* FIELD_INT, NUM, MONEY, PERCENT; FIELD_TEXT: characters */
    scheme_field *row;
    size_t row_count;
    const expr *when; /* asked only when true; NULL: always */
    const expr *need; /* must be given when true; NULL: by is_needed */
    bool is_needed;
    const expr *check;       /* refused when false; the field is known by its own name */
    const char *const *hide; /* roles that never see it */
    size_t hide_count;
    bool is_listed; /* a formula asks it of `cases`: kept where cases are listed */
};

struct scheme_form {
    scheme_item item;
    scheme_field *field;
    size_t field_count;
    bool is_survey; /* scale + items: fields are the items, all of one FIELD_SCALE */
};

/* -- who ----------------------------------------------------------------------------------- */

typedef struct {
    const char *id;
    int64_t count;
    scheme_place at;
} scheme_count;

struct scheme_role {
    scheme_item item;
    bool is_case; /* the person or firm the case is about */
    const char *const *may;
    size_t may_count;
    scheme_count *mix; /* superior: 1, peer: 1, junior: 2 */
    size_t mix_count;
    scheme_count *seat; /* at least so many of that profession: lawyer: 1 */
    size_t seat_count;
    value trained, accredited, term; /* VALUE_DURATION; VALUE_MISSING: not stated */
    int64_t calibrated;              /* cases scored in calibration; 0: not asked */
    const char *const *from;         /* ids of roles or titles the members come from */
    size_t from_count;
    value outside, quorum; /* VALUE_NUMBER: shares of the members */
    int64_t signs;         /* signatures needed; 0: none */
    const char *signer;    /* signs: legal_representative */
    int64_t tier;          /* 0: none */
    scheme_field *field;   /* what is known of its members: judge.<id> */
    size_t field_count;
};

typedef struct {
    const char *const *relation;
    size_t relation_count;
    value lookback;      /* VALUE_DURATION or missing */
    scheme_field *field; /* attributes of the case's party */
    size_t field_count;
    scheme_place at;
} scheme_party;

/* -- rules --------------------------------------------------------------------------------- */

typedef enum { RULE_EXPR, RULE_TABLE, RULE_STEPS } rule_kind;

typedef struct {
    scheme_item item;
    rule_kind kind;
    const expr *is;         /* RULE_EXPR; RULE_STEPS: what is looked up */
    scheme_words say;       /* told to whom it refuses; all NULL: its own text */
    const char *const *row; /* RULE_TABLE */
    size_t row_count;
    const char *const *column;  /* NULL: one value a row */
    size_t column_count;        /* 1 then */
    const value *cell;          /* row-major; RULE_STEPS: the value from `from` on */
    const assay_rational *from; /* RULE_STEPS, rising; row_count of them */
} scheme_rule;

/* -- rubrics ------------------------------------------------------------------------------- */

typedef enum {
    SCALE_POINTS, /* any multiple of `step` from 0 to the points of the leaf */
    SCALE_LIST,   /* one of the numbers `level[].share` is given as: points themselves */
    SCALE_LOOKUP, /* one of the answers `level[].code`, each a share of the points */
} scale_kind;

typedef struct {
    const char *code;     /* as a sheet gives it: "8", "B3" */
    assay_rational worth; /* SCALE_LIST: points; SCALE_LOOKUP: share of the points, 0 .. 1 */
    scheme_words anchor;  /* what it looks like */
} scheme_level;

typedef struct {
    scheme_item item;
    int32_t parent; /* place in node[]; -1: the root, node[0] */
    uint32_t depth;
    uint32_t first_leaf, leaf_count; /* its leaves are leaf[first_leaf ...] of the rubric */
    bool is_leaf;
    assay_rational points; /* the most it can give */
    scale_kind scale;      /* leaves */
    assay_rational step;
    scheme_level *level;
    size_t level_count;
    scheme_words *anchor; /* unused entries NULL */
    bool may_na; /* not applicable is an answer, with a reason; drops out of the possible */
    bool is_starred;
    const expr *repeat;    /* scored once for every element of this list or up to this number */
    bool has_repeat_round; /* mean over the repetitions is rounded to this step */
    assay_rational repeat_round;
} scheme_node;

struct scheme_rubric {
    scheme_item item;
    scheme_node *node; /* in order of writing, parents first */
    size_t node_count;
    uint32_t *leaf; /* places in node[] */
    size_t leaf_count;
    bool has_lists; /* an expression asks for answers or repeats of a node: they are made then */
    bool has_nodes; /* an expression asks for more than the total */
};

/* -- banks --------------------------------------------------------------------------------- */

struct scheme_bank {
    scheme_item item;
    int64_t items, minutes, forms, attempts; /* attempts 0: no bound */
    scheme_count *topic;                     /* blueprint; counts sum to `items` */
    size_t topic_count;
    bool is_angoff;
    value cut;         /* percent; missing with Angoff until raters have given it */
    value floor;       /* percent below which nobody passes whatever Angoff says */
    value topic_floor; /* percent needed in each topic */
    const scheme_role *examiner; /* rates items, marks open answers; NULL: the desk */
};

/* -- assignment ---------------------------------------------------------------------------- */

typedef enum { BLIND_NONE, BLIND_SINGLE, BLIND_DOUBLE } blind_kind;

struct scheme_assign {
    scheme_item item;
    const scheme_role *role;
    bool is_all;                 /* everyone in the role */
    int64_t per_case, load;      /* load 0: no bound */
    int64_t sample;              /* a random sample of the role; 0: none */
    const char *const *quota_by; /* attributes the sample follows in proportion */
    size_t quota_by_count;
    int64_t choose;  /* at most so many yes a voter in the round; 0: no bound */
    int64_t anchors; /* cases that everybody scores */
    blind_kind blind;
    const char *const *hide; /* form.field, field or field.part */
    size_t hide_count;
    const scheme_form *const *show; /* forms the judges see; NULL: all sealed before */
    size_t show_count;
    bool avoids_relations;    /* of the party, within its lookback */
    const char *const *avoid; /* further: own_region, ... or single relations */
    size_t avoid_count;
    bool is_connected; /* the judge-case graph must be */
    value random;      /* share: no pair is certain beyond this */
    const expr *skill; /* judge.<field> expression that must be true */
};

/* -- tallies ------------------------------------------------------------------------------- */

typedef enum {
    TALLY_MEAN,
    TALLY_TRIMMED, /* `cut` sheets off each end */
    TALLY_OLYMPIC, /* highest and lowest dropped */
    TALLY_MEDIAN,
    TALLY_SUM,
    TALLY_MIN,
    TALLY_MAX,
    TALLY_WEIGHTED, /* mean weighted by `weight` */
    TALLY_TOP_BOX,  /* percent of answers in the `cut` highest of the scale */
    TALLY_NPS,      /* percent 9-10 minus percent 0-6 */
    TALLY_BALLOTS,  /* counts of each choice; see tally.h for its parts */
    TALLY_EXPR,     /* calculated from others */
} tally_method;

typedef enum {
    ADVICE_MIXED = 1,
    ADVICE_HUBER = 2,
    ADVICE_EXPECTED_RANK = 4,
} tally_advice;

typedef enum {
    SHEETS_ALL,   /* every assigned sheet must be final */
    SHEETS_NEED,  /* at least `need` */
    SHEETS_GIVEN, /* what is there */
} tally_missing;

struct scheme_tally {
    scheme_item item;
    tally_method method;
    const expr *is; /* TALLY_EXPR */
    const scheme_rubric *const
        *rubric; /* what the sheets fill: rubrics, of which a case uses one */
    size_t rubric_count;
    const scheme_form *form;   /* or the answers to this */
    const scheme_field *field; /* ... field; NULL with a form: all its items (survey) */
    int64_t cut;
    const expr *weight; /* per sheet; knows judge.<field> */
    unsigned advice;    /* tally_advice bits */
    tally_missing missing;
    int64_t need;
    bool has_round;
    assay_rational round;
    assay_rounding rounding;
    bool is_listed; /* as of a field */
};

/* -- gates --------------------------------------------------------------------------------- */

typedef enum {
    ELSE_REJECT,
    ELSE_RETURN, /* back to the same stage with the reasons */
    ELSE_SUSPEND,
    ELSE_REOPEN, /* the stage before the notice once more */
    ELSE_STAGE,  /* to `else_stage` */
} gate_else;

typedef enum { TIE_EXPR, TIE_DRAW, TIE_SHARE } tie_kind; /* share: all who tie pass */
typedef struct {
    tie_kind kind;
    const expr *by; /* TIE_EXPR: larger first */
    scheme_place at;
} scheme_tie;

typedef struct {
    scheme_item item;
    const expr *when; /* this or */
    bool has_from;
    assay_rational from; /* the ranked number is at least this, or */
    bool has_share;
    assay_rational share; /* so large a part of the cases in the group, or */
    int64_t count;        /* so many; 0: not stated. None of the four: everybody left */
    bool is_pass;
    const scheme_stage *next;
    const scheme_title *title;
} scheme_band;

struct scheme_gate {
    scheme_item item;
    const expr **need; /* all must be true (or n/a) */
    size_t need_count;
    const expr *veto;       /* refuses when true */
    const expr *rank;       /* decides over all cases of the round at once, larger first */
    int64_t quota;          /* 0: none */
    const expr *quota_expr; /* a share or a calculated quota; NULL: `quota` */
    int64_t top; /* the best so many; ties with the last pass too unless `tie` says else */
    const char *const *by; /* fields: rank, quota and bands hold in each group */
    size_t by_count;
    scheme_tie *tie;
    size_t tie_count;
    scheme_band *band; /* best first */
    size_t band_count;
    const expr *of;    /* the number bands look at, when it is not `rank` */
    bool reports_band; /* band: report_only: rank band of the advice is shown beside */
    const scheme_role *vote;
    assay_rational majority;     /* strictly more than this share of yes and no (1/2) */
    value quorum;                /* share of the role that must vote; missing: the role's */
    const scheme_tally *ballots; /* counts that quorum and majority look at; NULL: by `vote` */
    value objections;            /* VALUE_DURATION: how long anybody may object; missing: not */
    gate_else otherwise;
    const scheme_stage *else_stage;
    bool is_round; /* rank, quota, top or shares: decided for the round at once */
};

/* -- stages -------------------------------------------------------------------------------- */

typedef enum { LATE_WAIT, LATE_PROCEED, LATE_REJECT, LATE_SUSPEND, LATE_STAGE } stage_late;

typedef struct {
    const expr *when; /* NULL: otherwise */
    const scheme_rubric *use;
} scheme_rubric_choice;

struct scheme_stage {
    scheme_item item;
    const scheme_role *const *who; /* who acts, in order of signing */
    size_t who_count;
    const scheme_form *form;
    const scheme_assign *assign;
    scheme_rubric_choice *rubric; /* the first whose condition is true */
    size_t rubric_count;
    const scheme_bank *bank;
    const scheme_tally *tally;
    const scheme_gate *gate;
    const scheme_title *title;
    const scheme_money *const *money;
    size_t money_count;
    const scheme_publish *publish;
    value due; /* VALUE_DURATION from its opening; missing: no clock */
    stage_late late;
    const scheme_stage *late_stage;
    value every;              /* comes again so often; missing: once */
    const expr *when;         /* skipped when not true */
    int64_t tier;             /* 0: none */
    int64_t most;             /* times it may be opened again; 0: no bound */
    const scheme_stage *next; /* NULL: the case is closed */
};

/* -- measures, money, titles, publication -------------------------------------------------- */

typedef enum {
    MEASURE_FIGURE,
    MEASURE_GOAL,
    MEASURE_STRATEGY,
    MEASURE_TASK,
    MEASURE_PROJECT
} measure_kind;

struct scheme_measure {
    scheme_item item;
    measure_kind kind;
    const scheme_measure *under; /* goal <- strategy <- task <- project <- figure */
    const char *of; /* id of the title or role whose holders are measured; NULL: the scheme */
    const expr *is; /* NULL: figures are entered, from `source` */
    scheme_item unit; /* id NULL: none; path: unit.jobs */
    const char *source;
    value baseline, baseline_at, target, by; /* numbers and dates; missing: not stated */
    value per;                               /* VALUE_DURATION */
    bool is_lower_better;
};

typedef enum {
    MONEY_REWARD,
    MONEY_GRANT,
    MONEY_FEE,
    MONEY_DUES,
    MONEY_SURCHARGE,
    MONEY_SALE
} money_kind;

typedef struct {
    scheme_item item;
    const expr *need;     /* paid when true */
    assay_rational share; /* of the whole; all sum to 1 */
    value due;            /* VALUE_DURATION from the grant */
} scheme_milestone;

struct scheme_money {
    scheme_item item;
    money_kind kind;
    const char *of;       /* id of the title, role or party it goes to or comes from */
    const char *currency; /* ISO 4217, lower case */
    const expr *amount;
    const char *line;           /* of the budget */
    value most;                 /* VALUE_NUMBER */
    const char *const *purpose; /* codes a payment may carry */
    size_t purpose_count;
    const scheme_form *evidence; /* demanded for each payment */
    scheme_milestone *milestone;
    size_t milestone_count;
    const expr *claw_when;     /* claw-back */
    assay_rational claw_times; /* 1: what was paid; 5: five times */
    value every;               /* dues */
};

typedef struct {
    const char *const *must, *const *may;
    size_t must_count, may_count;
    bool has_hearing, advises_dismissal, follows_firm;
    value bar; /* VALUE_DURATION */
} scheme_revoke;

struct scheme_title {
    scheme_item item;
    const char *const *gives;
    size_t gives_count;
    bool is_for_life;
    value valid, grace, check; /* VALUE_DURATION */
    const scheme_measure *duty;
    const scheme_title *needs;
    const expr *renew;
    scheme_revoke revoke;
};

struct scheme_publish {
    scheme_item item;
    const char *const *show, *const *hide, *const *stats;
    size_t show_count, hide_count, stats_count;
    bool is_public;
    const scheme_role *const *to;
    size_t to_count;
    value embargo; /* VALUE_DURATION after the decision */
};

/* -- the scheme ---------------------------------------------------------------------------- */

typedef struct {
    bool is_open;                 /* every: open: cases at any time, no rounds */
    value every;                  /* VALUE_DURATION */
    int32_t open_month, open_day; /* 0: not stated */
    value call;                   /* VALUE_DURATION: how long the call is open */
} scheme_cycle;

struct scheme {
    scheme_item item; /* id: "org.prize"; words: its name */
    const char *rev;
    sha256 digest; /* of the bytes of the file: with the log it makes the case's history */
    const char *const *basis;
    size_t basis_count;
    const char *const *assumed; /* paths of editable examples, as written */
    size_t assumed_count;
    const char *case_of; /* person, post, firm, team, ... */
    scheme_cycle cycle;
    scheme_party party;
    scheme_role *role;
    scheme_form *form;
    scheme_rule *rule;
    scheme_rubric *rubric;
    scheme_bank *bank;
    scheme_assign *assign;
    scheme_tally *tally;
    scheme_gate *gate;
    scheme_stage *stage; /* [0] is where a case begins */
    scheme_measure *measure;
    scheme_money *money;
    scheme_title *title;
    scheme_publish *publish;
    size_t role_count, form_count, rule_count, rubric_count, bank_count, assign_count, tally_count,
        gate_count, stage_count, measure_count, money_count, title_count, publish_count;
    arena memory;
};

/* -- reading ------------------------------------------------------------------------------- */

#define SCHEME_BYTES_MOST  (1 << 20)
#define SCHEME_FAULTS_MOST 200

typedef struct {
    const char *code; /* "quota-without-tie"; never translated */
    scheme_place at;
    const char *message;  /* one fact: where, what was found */
    const char *expected; /* what would be right; NULL when the message says it */
    const char *hint;     /* how to mend it; NULL: none */
} scheme_fault;

typedef struct {
    const char *path;    /* of the file, for messages */
    scheme_fault *fault; /* by place */
    size_t count;
    bool is_cut; /* there were more */
    arena memory;
} scheme_faults;

/* Read and prove a scheme. ASSAY_OK: *out is total and `faults` is empty; ASSAY_FORMAT: every
 * fault found is in `faults` and *out is untouched; ASSAY_LIMIT, ASSAY_MEMORY. `faults` is filled
 * anew and must be given back with scheme_faults_done in any case. `path` is for messages alone. */
ASSAY_MUST_USE assay_status scheme_read(const char *path, const char *bytes, size_t length,
                                        scheme **out, scheme_faults *faults, assay_err *err);
/* The same from a file, at most SCHEME_BYTES_MOST long. */
ASSAY_MUST_USE assay_status scheme_load(const char *path, scheme **out, scheme_faults *faults,
                                        assay_err *err);
void scheme_free(scheme *s);
void scheme_faults_done(scheme_faults *faults);
/* "FILE:LINE:COLUMN: message (expected ...)" and a line with the hint. */
void scheme_fault_text(const scheme_faults *faults, size_t i, buf *out);

/* The path of a scheme that ships, by its id ("org.prize") or file name ("org-prize"), into `out`; false
 * when there is none. Looked for in $ASSAY_SCHEMES, the installed folder and the build tree. */
bool scheme_shipped(const char *name, char *out, size_t room);
/* Calls `each` with the path of every one, in order of file name. */
void scheme_shipped_each(bool (*each)(void *context, const char *path), void *context);

/* Do the sheets (or forms) of this stage go into that tally? A stage that is done computes every
 * tally it collects, then those that are expressions. */
bool scheme_collects(const scheme_stage *stage, const scheme_tally *t);

/* By id; NULL when there is none. */
const scheme_role *scheme_find_role(const scheme *s, const char *id);
const scheme_form *scheme_find_form(const scheme *s, const char *id);
const scheme_field *scheme_find_field(const scheme_form *f, const char *id);
/* The one field of a form with this name that `cases` can answer for: a number, a date, a choice, yes or
 * no, not personal. NULL: none, or two. */
const scheme_field *scheme_case_field(const scheme *s, const char *id);
const scheme_rubric *scheme_find_rubric(const scheme *s, const char *id);
const scheme_bank *scheme_find_bank(const scheme *s, const char *id);
const scheme_tally *scheme_find_tally(const scheme *s, const char *id);
const scheme_gate *scheme_find_gate(const scheme *s, const char *id);
const scheme_stage *scheme_find_stage(const scheme *s, const char *id);
const scheme_measure *scheme_find_measure(const scheme *s, const char *id);
const scheme_money *scheme_find_money(const scheme *s, const char *id);
const scheme_title *scheme_find_title(const scheme *s, const char *id);
const scheme_publish *scheme_find_publish(const scheme *s, const char *id);
/* The node of a rubric by its id, or by a dotted path of ids. */
const scheme_node *scheme_find_node(const scheme_rubric *r, const char *id);

#endif
