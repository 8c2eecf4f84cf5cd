/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "serve/columns.h"

#include "base/decimal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

bool grid_begin(grid *t, size_t room)
{
    *t = (grid){.room = room ? room : 1};
    return true;
}

bool grid_column(grid *t, const char *name, column_type type)
{
    bool is_decimal = type == COLUMN_DECIMAL;
    column c = {.name = name, .type = type, .value = malloc(t->room * sizeof *c.value)};
    if (is_decimal) {
        c.exponent = malloc(t->room);
        c.decimals = malloc(t->room);
    }
    t->column[t->columns++] = c;
    return c.value && (!is_decimal || (c.exponent && c.decimals));
}

void grid_done(grid *t)
{
    for (int i = 0; i < t->columns; i++) {
        free(t->column[i].value);
        free(t->column[i].exponent);
        free(t->column[i].decimals);
    }
    *t = (grid){0};
}

void grid_set(grid *t, int at, int64_t value)
{
    t->column[at].value[t->rows] = value;
}

void grid_set_decimal(grid *t, int i, int64_t mantissa, int exponent, int decimals)
{
    column *c = &t->column[i];
    c->value[t->rows] = mantissa;
    c->exponent[t->rows] = (int8_t)exponent;
    c->decimals[t->rows] = (uint8_t)decimals;
}

/* -- text -------------------------------------------------------------------------------------- */

static double real_of(const column *c, size_t i)
{
    double x;
    if (c->exponent[i] == COLUMNS_NONE)
        return NAN;
    if (c->exponent[i] != COLUMNS_REAL)
        return decimal_to_double(c->value[i], c->exponent[i]);
    memcpy(&x, &c->value[i], sizeof x);
    return x;
}

/* The cell as text; "" for none. */
static const char *cell(const column *c, size_t i, char room[static 64])
{
    room[0] = 0;
    if (c->type == COLUMN_TIME) {
        if (c->value[i] != TIME_NONE)
            time_format(c->value[i], TIME_OFFSET_NONE, room, 64);
    } else if (c->type == COLUMN_COUNT)
        decimal_format(c->value[i], 0, 0, room, 64);
    else if (c->exponent[i] == COLUMNS_REAL)
        double_format(real_of(c, i), room, 64);
    else if (c->exponent[i] != COLUMNS_NONE)
        decimal_format(c->value[i], c->exponent[i], c->decimals[i], room, 64);
    return room;
}

static void json_column(const column *c, size_t rows, json *j)
{
    char room[64];
    json_key(j, c->name);
    json_flat_array(j);
    for (size_t i = 0; i < rows; i++) {
        const char *text = cell(c, i, room);
        bool is_number = *text && strcmp(text, "nan") != 0 && !strstr(text, "inf");
        if (c->type == COLUMN_TIME)
            json_text(j, *text ? text : NULL);
        else if (is_number)
            json_raw(j, text);
        else
            json_null(j);
    }
    json_end(j);
}

void grid_json(const grid *t, json *j)
{
    for (int i = 0; i < t->columns; i++)
        json_column(&t->column[i], t->rows, j);
}

void grid_csv(const grid *t, bool with_names, buf *out)
{
    char room[64];
    for (int k = 0; with_names && k < t->columns; k++)
        buf_addf(out, "%s%c", t->column[k].name, k + 1 < t->columns ? ',' : '\n');
    for (size_t i = 0; i < t->rows; i++)
        for (int k = 0; k < t->columns; k++) {
            buf_add_text(out, cell(&t->column[k], i, room));
            buf_add_char(out, k + 1 < t->columns ? ',' : '\n');
        }
}

/* -- binary ------------------------------------------------------------------------------------ */

/* "ASCL", version 1, columns; rows; then each column: type, exponent, name, padding, values. All
 * numbers little endian, values aligned to 8 bytes from the start. */
static void add_number(buf *out, uint64_t value, int bytes)
{
    for (int i = 0; i < bytes; i++)
        buf_add_char(out, (char)(value >> 8 * i));
}

static void pad(buf *out)
{
    while (out->length % 8)
        buf_add_char(out, 0);
}

/* Mantissas with one exponent where that is exact, and the exponent; else false. */
static bool to_one_exponent(const column *c, size_t rows, int *exponent, int64_t *out)
{
    int least = 0;
    for (size_t i = 0; i < rows; i++) {
        if (c->exponent[i] >= COLUMNS_NONE)
            return false;
        least = i == 0 || c->exponent[i] < least ? c->exponent[i] : least;
    }
    for (size_t i = 0; i < rows; i++)
        if (!decimal_rescale(c->value[i], c->exponent[i], least, &out[i]))
            return false;
    *exponent = least;
    return true;
}

static void binary_column(const column *c, size_t rows, buf *out)
{
    enum { TYPE_INTEGER = 1, TYPE_REAL = 2, TYPE_TIME = 3 };
    int exponent = 0, type = c->type == COLUMN_TIME ? TYPE_TIME : TYPE_INTEGER;
    int64_t *values = c->value, *made = NULL;
    if (c->type == COLUMN_DECIMAL) {
        values = made = malloc((rows + 1) * sizeof *made);
        out->failed |= !made;
        if (made && !to_one_exponent(c, rows, &exponent, made)) {
            type = TYPE_REAL;
            for (size_t i = 0; i < rows; i++) {
                double x = real_of(c, i);
                memcpy(&made[i], &x, sizeof x);
            }
        }
    }
    add_number(out, (uint64_t)type, 1);
    add_number(out, (uint64_t)exponent, 1);
    add_number(out, strlen(c->name), 2);
    buf_add_text(out, c->name);
    pad(out);
    if (values)
        buf_add(out, values, rows * sizeof *values); /* little endian, as our machines are */
    free(made);
}

void grid_binary(const grid *t, buf *out)
{
    buf_add(out, "ASCL", 4);
    add_number(out, 1, 2);
    add_number(out, (uint64_t)t->columns, 2);
    add_number(out, t->rows, 8);
    for (int i = 0; i < t->columns; i++)
        binary_column(&t->column[i], t->rows, out);
}
