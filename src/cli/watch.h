/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The live overview: what the server's API says, as a model, and how it looks in a terminal.
 *
 *   watch_client.c  the API and its stream of events, over HTTP
 *   watch_model.c   characteristics, alarms and sources from their JSON
 *   watch_json.c    the model as JSON of our own
 *   watch_screen.c  the overview
 *   watch_chart.c   one characteristic
 *   watch_tty.c     keys and size of the terminal
 *   cmd_watch.c     the verb
 */
#ifndef CLI_WATCH_H
#define CLI_WATCH_H

#include "report/term.h"

#include <assay/err.h>

typedef struct json_t json_t; /* of jansson, whose names are not those of base/json.h */

/* -- the model (watch_model.c) ------------------------------------------------------------------- */

enum { WATCH_ROWS = 1000, WATCH_ALARMS = 200, WATCH_SOURCES = 200, WATCH_SPARK = 25 };

/* In order of urgency. */
typedef enum { WATCH_STOP, WATCH_CHECK, WATCH_NO_DATA, WATCH_NO_LIMITS, WATCH_OK, WATCH_STATES } watch_state;

typedef struct {
    uint32_t number;
    char path[200], unit[24];
    char limits[16]; /* state of the chart: "analysis", "in force" ... */
    double value, lcl, center, ucl; /* of the last point; NaN: none */
    int64_t time;                   /* TIME_NONE: none yet */
    uint32_t open_alarms, stop_alarms, silent_alarms; /* as engine_row */
    bool is_stale;
    int spark_count;
    double spark[WATCH_SPARK]; /* oldest first */
    uint32_t spark_signals;    /* bit i: spark[i] signalled */
    char rules[24];            /* of the last point */
} watch_row;

typedef struct {
    char path[200], state[24], rule[32];
    watch_state sign;
    double value;
    int64_t time, known;
} watch_alarm;

typedef struct {
    char name[64], state[24];
    uint64_t received, stored, duplicates, conflicts, refused, pending;
    bool is_stale;
} watch_source;

typedef struct {
    watch_row *row; /* [WATCH_ROWS] */
    watch_alarm *alarm;
    watch_source *source;
    size_t rows, alarms, sources;
    uint64_t open_alarms; /* also those beyond WATCH_ALARMS */
    bool is_cut;          /* the server has more characteristics than are shown */
} watch_model;

bool watch_model_begin(watch_model *m); /* false: out of memory */
void watch_model_done(watch_model *m);
/* Answers of the API. What they lack stays NaN, TIME_NONE, 0 or "". False: not of that form. */
bool watch_take_rows(watch_model *m, const json_t *page, bool is_first);
bool watch_take_alarms(watch_model *m, const json_t *answer);
bool watch_take_sources(watch_model *m, const json_t *answer);
/* An event of the stream: a point moves its row. Returns its characteristic; *is_shown: it has a
 * row. */
uint32_t watch_take_point(watch_model *m, const json_t *event, bool *is_shown);

watch_state watch_state_of(const watch_row *r);
/* received = stored + duplicates + conflicts + refused + pending */
bool watch_is_conserved(const watch_source *s);
/* By urgency, then path; the place where `number` stands then. */
size_t watch_sort(watch_model *m, uint32_t number);

/* -- the API (watch_client.c) -------------------------------------------------------------------- */

typedef struct client client;
/* "host:port", "http(s)://host:port" or "unix:PATH". `token` may be NULL. */
ASSAY_MUST_USE assay_status client_open(const char *address, const char *token, client **out,
                                        assay_err *err);
void client_close(client *c); /* accepts NULL */
const char *client_address(const client *c);
/* GET of a path below the address, at most 10 s; *out is for client_forget. ASSAY_IO: not reachable;
 * ASSAY_NOT_FOUND: 404; ASSAY_DOMAIN: refused, with the words of the server. */
ASSAY_MUST_USE assay_status client_get(client *c, const char *path, json_t **out, assay_err *err);

typedef void client_event(const char *kind, const json_t *event, void *context);
/* Open the stream of events; it goes on behind the last event seen. */
ASSAY_MUST_USE assay_status client_listen(client *c, client_event *take, void *context,
                                          assay_err *err);
/* Wait up to `wait_ms` for events, or until `fd` can be read (*can_read). ASSAY_IO: the stream has
 * ended; client_listen opens it again. */
ASSAY_MUST_USE assay_status client_wait(client *c, int fd, int wait_ms, bool *can_read,
                                        assay_err *err);
/* An order (JSON) to what stands behind a source, with its reason. Errors as of client_get. */
ASSAY_MUST_USE assay_status client_order(client *c, const char *source, const char *order,
                                         const char *why, assay_err *err);
void client_forget(json_t *answer); /* accepts NULL */

/* -- pictures ------------------------------------------------------------------------------------- */

typedef struct {
    term look;
    int rows; /* of the terminal; 0: as many as there are */
    int64_t now;
    const char *address;
    const char *trouble; /* why there are no news; NULL: all is well */
    int selected, first; /* row; first row shown; -1: none is selected */
    const char *note;    /* below, in place of the keys */
} watch_view;

void watch_json(const watch_model *m, const char *address, buf *out);
void watch_keys(const watch_view *v, buf *out); /* the note below */
void watch_overview(const watch_model *m, watch_view *v, buf *out);
/* `chart`: the answer of .../chart; its last `points` are drawn. */
void watch_chart(const watch_row *r, const json_t *chart, int points, const watch_view *v, buf *out);

/* -- the terminal (watch_tty.c) --------------------------------------------------------------------- */

typedef enum {
    KEY_NONE,
    KEY_UP,
    KEY_DOWN,
    KEY_PAGE_UP,
    KEY_PAGE_DOWN,
    KEY_HOME,
    KEY_END,
    KEY_ENTER,
    KEY_BACK,
    KEY_QUIT,
    KEY_MORE,
    KEY_LESS,
    KEY_RELOAD
} watch_key;

bool tty_begin(void); /* full screen, keys one by one; false: not a terminal */
void tty_end(void);   /* as it was; also from a signal */
void tty_size(int *columns, int *rows);
bool tty_is_over(void);           /* SIGINT, SIGTERM or SIGHUP came */
watch_key tty_key(void);          /* the next that waits; KEY_NONE: none */
void tty_show(const buf *screen); /* lines; redraws in place */

#endif
