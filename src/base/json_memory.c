/* SPDX-License-Identifier: GPL-3.0-or-later */
/* When memory ends, jansson (2.14) reads on with letters of a token missing and says nothing, or calls the text wrong; and
 * its copies lack members. So what it asks for is watched, and json_loads, json_loadb, json_copy and json_deep_copy of the
 * whole program come through here (the linker's --wrap, see meson.build): without memory they return NULL, never
 * another value; json_error_code is json_error_out_of_memory then. */
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static _Thread_local bool is_short;

static void *watched(size_t n)
{
    void *p = malloc(n);
    is_short = is_short || !p;
    return p;
}

__attribute__((constructor)) static void watch(void)
{
    json_set_alloc_funcs(watched, free);
}

json_t *__real_json_copy(json_t *value);
json_t *__wrap_json_copy(json_t *value);
json_t *__real_json_deep_copy(const json_t *value);
json_t *__wrap_json_deep_copy(const json_t *value);
json_t *__real_json_loadb(const char *text, size_t length, size_t flags, json_error_t *fault);
json_t *__wrap_json_loadb(const char *text, size_t length, size_t flags, json_error_t *fault);
json_t *__wrap_json_loads(const char *text, size_t flags, json_error_t *fault);

json_t *__wrap_json_loadb(const char *text, size_t length, size_t flags, json_error_t *fault)
{
    is_short = false;
    json_t *value = __real_json_loadb(text, length, flags, fault);
    if (!is_short)
        return value;
    json_decref(value);
    if (fault) {
        snprintf(fault->text, sizeof fault->text - 1, "out of memory");
        fault->text[sizeof fault->text - 1] = json_error_out_of_memory; /* where json_error_code looks */
    }
    return NULL;
}

json_t *__wrap_json_loads(const char *text, size_t flags, json_error_t *fault)
{
    return __wrap_json_loadb(text, strlen(text), flags, fault);
}

static json_t *whole(json_t *copy)
{
    if (!is_short)
        return copy;
    json_decref(copy);
    return NULL;
}

json_t *__wrap_json_copy(json_t *value)
{
    is_short = false;
    return whole(__real_json_copy(value));
}

json_t *__wrap_json_deep_copy(const json_t *value)
{
    is_short = false;
    return whole(__real_json_deep_copy(value));
}
