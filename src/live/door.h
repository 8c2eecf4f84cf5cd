/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A door brings measurements in: MQTT, Sparkplug, line protocol over TCP, a watched folder ...
 *
 * Each type is one door_type in the table of doors.c. A source is a document of kind "source" in
 * the database: {"name", "door": type, "stale_after_s", ...settings of the type}; `assay source
 * add`, a configuration file and the API all make the same document. Doors live in the loop's
 * thread. */
#ifndef LIVE_DOOR_H
#define LIVE_DOOR_H

#include "live/intake.h"
#include "live/loop.h"

#include <jansson.h>

typedef struct {
    loop *loop;
    intake *intake;
    catalog *catalog;
    store *reader;          /* a reading handle of the loop's thread, for store_recall */
    const char *source;     /* name, 1..63 bytes of [A-Za-z0-9._-] */
    const json_t *settings; /* the whole document; lives until close */
    void (*log)(const char *level, const char *source,
                const char *text); /* "info", "warning" ... */
    struct people *people; /* whose tokens let measurements in; NULL: nobody is known */
} door_setup;

typedef struct {
    const char *name;    /* "mqtt" */
    const char *summary; /* one line for help, English msgid */
    const char *example; /* settings as JSON, for help and docs; must pass `check` */
    /* Are the settings usable? The error names the member, what was found and expected. */
    assay_status (*check)(const json_t *settings, assay_err *err);
    assay_status (*open)(const door_setup *setup, void **out, assay_err *err);
    /* Stop reading, finish what is in hand (parcels come back first), then call `closed` in the
     * loop's thread. */
    void (*close)(void *door, loop_work *closed, void *context);
    /* What there is to say: state word ("connected", "waiting", "failed"), details as members. */
    void (*describe)(void *door, json_t *into);
    /* What an operator orders, {"group", "node", ...}; NULL: this type takes no commands. */
    assay_status (*command)(void *door, const json_t *command, assay_err *err);
} door_type;

extern const door_type door_line, door_mqtt, door_mqtt_listen, door_sparkplug, door_folder,
    door_serial, door_mtconnect;

/* The table of doors.c, ends with NULL. */
const door_type *const *door_types(void);
const door_type *door_find(const char *name); /* NULL: no such type */

#endif
