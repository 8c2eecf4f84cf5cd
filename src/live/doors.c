/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of doors. */
#include "live/door.h"

#include <string.h>

static const door_type *const types[] = {
    &door_folder,
    &door_mtconnect,
    &door_serial,
    &door_line,
    &door_mqtt,
    &door_mqtt_listen,
    &door_sparkplug,
    NULL,
};

const door_type *door_find(const char *name)
{
    for (const door_type *const *t = types; *t; t++)
        if (strcmp((*t)->name, name) == 0)
            return *t;
    return NULL;
}

const door_type *const *door_types(void)
{
    return types;
}
