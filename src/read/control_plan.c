/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "read/control_plan.h"

#include "base/i18n.h"

#include "read/csv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const column_names[] = {
#define X(code, name) name,
    PLAN_COLUMN_LIST(X)
#undef X
};

const char *plan_column_name(plan_column c)
{
    return column_names[c];
}

/* Blanks, case and signs do not count. */
static const struct {
    plan_column column;
    const char *name;
} known[] = {
    {PLAN_PATH, "path"}, {PLAN_PATH, "경로"}, {PLAN_PATH, "路径"},
    {PLAN_PART, "part"}, {PLAN_PART, "part number"}, {PLAN_PART, "part no"}, {PLAN_PART, "품번"},
    {PLAN_PART, "부품번호"}, {PLAN_PART, "零件号"}, {PLAN_PART, "零件编号"}, {PLAN_PART, "Teilenummer"},
    {PLAN_PART_NAME, "part name"}, {PLAN_PART_NAME, "품명"}, {PLAN_PART_NAME, "부품명"},
    {PLAN_PART_NAME, "零件名称"}, {PLAN_PART_NAME, "Teilebezeichnung"},
    {PLAN_OPERATION, "operation"}, {PLAN_OPERATION, "process"}, {PLAN_OPERATION, "process name"},
    {PLAN_OPERATION, "process number"}, {PLAN_OPERATION, "process step"}, {PLAN_OPERATION, "공정"},
    {PLAN_OPERATION, "공정명"}, {PLAN_OPERATION, "공정번호"}, {PLAN_OPERATION, "工序"},
    {PLAN_OPERATION, "过程名称"}, {PLAN_OPERATION, "工序名称"}, {PLAN_OPERATION, "Arbeitsgang"},
    {PLAN_NUMBER, "no"}, {PLAN_NUMBER, "number"}, {PLAN_NUMBER, "characteristic no"},
    {PLAN_NUMBER, "characteristic number"}, {PLAN_NUMBER, "번호"}, {PLAN_NUMBER, "编号"},
    {PLAN_NUMBER, "序号"}, {PLAN_NUMBER, "Merkmalnummer"},
    {PLAN_NAME, "characteristic"}, {PLAN_NAME, "characteristic name"}, {PLAN_NAME, "name"},
    {PLAN_NAME, "product characteristic"}, {PLAN_NAME, "process characteristic"}, {PLAN_NAME, "product"},
    {PLAN_NAME, "특성"}, {PLAN_NAME, "특성명"}, {PLAN_NAME, "관리항목"}, {PLAN_NAME, "제품특성"},
    {PLAN_NAME, "特性"}, {PLAN_NAME, "特性名称"}, {PLAN_NAME, "产品特性"}, {PLAN_NAME, "Merkmal"},
    {PLAN_UNIT, "unit"}, {PLAN_UNIT, "units"}, {PLAN_UNIT, "단위"}, {PLAN_UNIT, "单位"}, {PLAN_UNIT, "Einheit"},
    {PLAN_NOMINAL, "nominal"}, {PLAN_NOMINAL, "target"}, {PLAN_NOMINAL, "specification"}, {PLAN_NOMINAL, "spec"},
    {PLAN_NOMINAL, "기준값"}, {PLAN_NOMINAL, "규격"}, {PLAN_NOMINAL, "공칭값"}, {PLAN_NOMINAL, "标称值"},
    {PLAN_NOMINAL, "公称值"}, {PLAN_NOMINAL, "规格"}, {PLAN_NOMINAL, "Nennmaß"}, {PLAN_NOMINAL, "Nennwert"},
    {PLAN_LOWER, "lower"}, {PLAN_LOWER, "lsl"}, {PLAN_LOWER, "lower limit"}, {PLAN_LOWER, "min"},
    {PLAN_LOWER, "하한"}, {PLAN_LOWER, "규격하한"}, {PLAN_LOWER, "下限"}, {PLAN_LOWER, "规格下限"}, {PLAN_LOWER, "UGW"},
    {PLAN_UPPER, "upper"}, {PLAN_UPPER, "usl"}, {PLAN_UPPER, "upper limit"}, {PLAN_UPPER, "max"},
    {PLAN_UPPER, "상한"}, {PLAN_UPPER, "규격상한"}, {PLAN_UPPER, "上限"}, {PLAN_UPPER, "规格上限"}, {PLAN_UPPER, "OGW"},
    {PLAN_TOLERANCE, "tolerance"}, {PLAN_TOLERANCE, "공차"}, {PLAN_TOLERANCE, "公差"}, {PLAN_TOLERANCE, "Toleranz"},
    {PLAN_SIZE, "sample size"}, {PLAN_SIZE, "size"}, {PLAN_SIZE, "n"}, {PLAN_SIZE, "subgroup size"},
    {PLAN_SIZE, "시료수"}, {PLAN_SIZE, "시료크기"}, {PLAN_SIZE, "样本量"}, {PLAN_SIZE, "样本容量"},
    {PLAN_SIZE, "Stichprobenumfang"},
    {PLAN_EVERY, "frequency"}, {PLAN_EVERY, "sample frequency"}, {PLAN_EVERY, "freq"}, {PLAN_EVERY, "every"},
    {PLAN_EVERY, "주기"}, {PLAN_EVERY, "검사주기"}, {PLAN_EVERY, "频次"}, {PLAN_EVERY, "频率"},
    {PLAN_EVERY, "Häufigkeit"}, {PLAN_EVERY, "Frequenz"},
    {PLAN_GAUGE, "gauge"}, {PLAN_GAUGE, "gage"}, {PLAN_GAUGE, "measurement technique"},
    {PLAN_GAUGE, "evaluation measurement technique"}, {PLAN_GAUGE, "계측기"}, {PLAN_GAUGE, "측정기"},
    {PLAN_GAUGE, "量具"}, {PLAN_GAUGE, "测量设备"}, {PLAN_GAUGE, "Prüfmittel"},
    {PLAN_METHOD, "control method"}, {PLAN_METHOD, "method"}, {PLAN_METHOD, "관리방법"},
    {PLAN_METHOD, "控制方法"}, {PLAN_METHOD, "Lenkungsmethode"},
    {PLAN_REACTION, "reaction plan"}, {PLAN_REACTION, "reaction"}, {PLAN_REACTION, "대응계획"},
    {PLAN_REACTION, "이상조치"}, {PLAN_REACTION, "反应计划"}, {PLAN_REACTION, "Reaktionsplan"},
};

/* -- the row of names ------------------------------------------------------------------------------ */

static int column_of(const char *name)
{
    for (size_t i = 0; *name && i < sizeof known / sizeof *known; i++)
        if (csv_name_equal(known[i].name, name))
            return (int)known[i].column;
    return -1;
}

static size_t names_in(const sheet *s, size_t row, int at[PLAN_COLUMN_COUNT])
{
    size_t n = 0;
    for (int c = 0; c < PLAN_COLUMN_COUNT; c++)
        at[c] = -1;
    for (size_t i = 0; i < s->columns; i++) {
        int c = column_of(sheet_cell(s, row, i));
        if (c < 0 || at[c] >= 0)
            continue;
        at[c] = (int)i;
        n++;
    }
    return n;
}

/* A form has its title and signatures above: the row with most known names is it. */
static assay_status find_header(control_plan *p, const char *name, assay_err *err)
{
    int at[PLAN_COLUMN_COUNT];
    size_t most = 0;
    for (size_t row = 0; row < p->table.rows && row < PLAN_HEADER_ROWS; row++) {
        size_t n = names_in(&p->table, row, at);
        if (n <= most || (at[PLAN_NAME] < 0 && at[PLAN_PATH] < 0))
            continue;
        most = n;
        p->header = row + 1;
        memcpy(p->at, at, sizeof at);
    }
    if (most >= 2)
        return ASSAY_OK;
    assay_fail(err, ASSAY_MISSING, 0, "%s: no row has the names of the columns of a control plan", name);
    return assay_hint(err, "part, characteristic, unit, nominal, lower, upper, tolerance, sample size, frequency, gauge");
}

/* -- cells ----------------------------------------------------------------------------------------- */

static const char *cell(const control_plan *p, const plan_row *r, plan_column c)
{
    return p->at[c] < 0 ? "" : sheet_cell(&p->table, r->row - 1, (size_t)p->at[c]);
}

static void fault(plan_row *r, plan_column c, const char *found, const char *expected)
{
    if (r->faults < PLAN_FAULTS)
        r->fault[r->faults++] = (plan_fault){c, found, expected};
}

static bool number_of(const char *text, size_t length, decimal *out)
{
    while (length && text[length - 1] == ' ')
        length--;
    while (length && *text == ' ') {
        text++;
        length--;
    }
    return decimal_parse(text, length, '.', out, NULL) == DECIMAL_OK ||
           decimal_parse(text, length, ',', out, NULL) == DECIMAL_OK;
}

static void take_number(control_plan *p, plan_row *r, plan_column c, quantity *q)
{
    const char *text = cell(p, r, c);
    if (!*text || strcmp(text, "-") == 0)
        return;
    q->is_given = number_of(text, strlen(text), &q->value);
    if (!q->is_given)
        fault(r, c, text, N_("a number"));
}

static quantity plus(const quantity *a, const decimal *b, bool is_minus)
{
    quantity sum = {0};
    decimal turned = *b;
    turned.mantissa = is_minus ? -turned.mantissa : turned.mantissa;
    sum.is_given = decimal_add(&a->value, &turned, &sum.value);
    return sum;
}

/* "±0.1", "0.1", "+0.2/-0.1", "+0.2 -0.1". */
static bool tolerance_of(const char *text, decimal *above, decimal *below)
{
    static const char plus_minus[] = "\xC2\xB1";
    const char *p = text;
    if (strncmp(p, plus_minus, 2) == 0)
        p += 2;
    else if (strncmp(p, "+/-", 3) == 0)
        p += 3;
    size_t first = 1 + strcspn(p + (*p != 0), "/-+ ");
    const char *rest = strlen(p) > first ? p + first + strspn(p + first, "/ ") : "";
    if (!*rest) {
        bool is_number = number_of(p, strlen(p), above);
        *below = *above;
        below->mantissa = -below->mantissa;
        return is_number && above->mantissa >= 0;
    }
    return number_of(p, first, above) && number_of(rest, strlen(rest), below);
}

static void take_tolerance(control_plan *p, plan_row *r)
{
    decimal above, below;
    characteristic *c = &r->definition;
    const char *text = cell(p, r, PLAN_TOLERANCE);
    if (!*text)
        return;
    if (!c->nominal.is_given)
        fault(r, PLAN_TOLERANCE, text, N_("a nominal value beside it"));
    else if (!tolerance_of(text, &above, &below))
        fault(r, PLAN_TOLERANCE, text, "\xC2\xB1" "0.1 or +0.2/-0.1");
    else {
        c->upper = plus(&c->nominal, &above, false);
        c->lower = plus(&c->nominal, &below, false);
    }
}

/* "10 ±0.1" in the cell of the nominal value. */
static void take_nominal(control_plan *p, plan_row *r)
{
    decimal above, below;
    characteristic *c = &r->definition;
    const char *text = cell(p, r, PLAN_NOMINAL), *sign = strstr(text, "\xC2\xB1");
    if (!sign) {
        take_number(p, r, PLAN_NOMINAL, &c->nominal);
        return;
    }
    c->nominal.is_given = number_of(text, (size_t)(sign - text), &c->nominal.value);
    if (!c->nominal.is_given || !tolerance_of(sign, &above, &below)) {
        c->nominal.is_given = false;
        fault(r, PLAN_NOMINAL, text, N_("a number, or a number with its tolerance: 10 ±0.1"));
        return;
    }
    c->upper = plus(&c->nominal, &above, false);
    c->lower = plus(&c->nominal, &below, false);
}

static void take_limits(control_plan *p, plan_row *r)
{
    characteristic *c = &r->definition;
    take_nominal(p, r);
    take_tolerance(p, r);
    take_number(p, r, PLAN_LOWER, &c->lower);
    take_number(p, r, PLAN_UPPER, &c->upper);
    c->lower_kind = c->lower.is_given ? BOUND_LIMIT : BOUND_NONE;
    c->upper_kind = c->upper.is_given ? BOUND_LIMIT : BOUND_NONE;
    if (c->lower.is_given && c->upper.is_given && quantity_value(&c->lower) >= quantity_value(&c->upper))
        fault(r, PLAN_LOWER, cell(p, r, PLAN_LOWER), N_("a lower limit below the upper one"));
}

static void take_size(control_plan *p, plan_row *r)
{
    char *end;
    const char *text = cell(p, r, PLAN_SIZE);
    unsigned long n = strtoul(text, &end, 10);
    if (*text && (n < 1 || n > 1000 || end == text))
        fault(r, PLAN_SIZE, text, N_("a number of readings, 1 to 1000"));
    else
        r->definition.subgroup_size = *text ? (uint32_t)n : 0;
}

/* -- how often ------------------------------------------------------------------------------------- */

static uint32_t unit_seconds(const char *text)
{
    static const struct {
        const char *word;
        uint32_t s;
    } units[] = {{"shift", 28800}, {"schicht", 28800}, {"교대", 28800}, {"班", 28800}, {"min", 60},
                 {"분", 60}, {"分", 60}, {"hour", 3600}, {"hr", 3600}, {"std", 3600}, {"시간", 3600},
                 {"小时", 3600}, {"时", 3600}, {"day", 86400}, {"tag", 86400}, {"일", 86400}, {"天", 86400},
                 {"日", 86400}, {"week", 604800}, {"woche", 604800}, {"주", 604800}, {"周", 604800},
                 {"sec", 1}, {"초", 1}, {"秒", 1}};
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (strstr(text, units[i].word))
            return units[i].s;
    size_t n = strlen(text);
    while (n && (text[n - 1] == ' ' || text[n - 1] == '.'))
        n--;
    bool is_letter = n && (n == 1 || strchr(" /0123456789", text[n - 2]));
    return !is_letter ? 0 : text[n - 1] == 'h' ? 3600 : text[n - 1] == 'd' ? 86400 : text[n - 1] == 's' ? 1 : 0;
}

uint32_t plan_every(const char *text)
{
    char low[80];
    size_t n = 0;
    for (; text[n] && n < sizeof low - 1; n++)
        low[n] = (char)(text[n] >= 'A' && text[n] <= 'Z' ? text[n] + 32 : text[n]);
    low[n] = 0;
    const char *digit = strpbrk(low, "0123456789");
    unsigned long number = digit ? strtoul(digit, NULL, 10) : 1;
    uint32_t seconds = unit_seconds(low);
    if (!number || number > 100000 || !seconds)
        return 0;
    bool is_rate = digit && (strchr(low, '/') || strstr(low, "per ") || strstr(low, "pro ") || strstr(low, "회"));
    bool has_other = is_rate && strchr(low, '/') && strpbrk(strchr(low, '/'), "0123456789");
    if (has_other) { /* "5/2h": five every two hours; the size says the five */
        unsigned long hours = strtoul(strpbrk(strchr(low, '/'), "0123456789"), NULL, 10);
        return hours && hours < 10000 ? seconds * (uint32_t)hours : 0;
    }
    uint64_t every = is_rate ? seconds / number : (uint64_t)seconds * number;
    return every > 0 && every <= 366 * 86400 ? (uint32_t)every : 0;
}

/* -- rows ------------------------------------------------------------------------------------------ */

static void take_path(control_plan *p, plan_row *r)
{
    const char *own = cell(p, r, PLAN_PATH), *part = cell(p, r, PLAN_PART);
    const char *operation = cell(p, r, PLAN_OPERATION), *name = cell(p, r, PLAN_NAME);
    char path[1001];
    r->definition.path = own;
    if (*own)
        return;
    if (!*name) {
        fault(r, PLAN_NAME, "", N_("the name of a characteristic"));
        return;
    }
    part = *part ? part : cell(p, r, PLAN_PART_NAME);
    if (strchr(part, '/') || strchr(operation, '/') || strchr(name, '/')) {
        fault(r, strchr(name, '/') ? PLAN_NAME : strchr(part, '/') ? PLAN_PART : PLAN_OPERATION,
              strchr(name, '/') ? name : strchr(part, '/') ? part : operation, "no / in it: it parts the levels of a path");
        return;
    }
    int n = snprintf(path, sizeof path, "%s%s%s%s%s", part, *part ? "/" : "", operation, *operation ? "/" : "", name);
    const char *kept = n < (int)sizeof path ? arena_text(&p->memory, path, (size_t)n) : NULL;
    if (kept)
        r->definition.path = kept;
    else
        fault(r, PLAN_NAME, name, N_("a path of at most 1000 bytes"));
}

static const char *or_null(const char *text)
{
    return *text ? text : NULL;
}

static void take_row(control_plan *p, plan_row *r)
{
    characteristic *c = &r->definition;
    const char *every = cell(p, r, PLAN_EVERY);
    *c = (characteristic){.decimals = -1, .path = ""};
    take_path(p, r);
    c->name = or_null(cell(p, r, PLAN_NAME));
    c->number = or_null(cell(p, r, PLAN_NUMBER));
    c->part_number = or_null(cell(p, r, PLAN_PART));
    c->part_name = or_null(cell(p, r, PLAN_PART_NAME));
    c->unit = or_null(cell(p, r, PLAN_UNIT));
    take_limits(p, r);
    take_size(p, r);
    r->gauge = cell(p, r, PLAN_GAUGE);
    r->method = cell(p, r, PLAN_METHOD);
    r->reaction = cell(p, r, PLAN_REACTION);
    r->every_s = *every ? plan_every(every) : 0;
    if (*every && !r->every_s)
        fault(r, PLAN_EVERY, every, "30 min, 1/h, 2 per shift, 1/day");
}

/* Part and operation stand once for the rows below them where cells are merged. */
static void carry_down(control_plan *p, size_t row)
{
    static const plan_column merged[] = {PLAN_PART, PLAN_PART_NAME, PLAN_OPERATION};
    for (size_t i = 0; i < 3 && row > p->header; i++) {
        int at = p->at[merged[i]];
        const char **own = p->table.row[row], **above = p->table.row[row - 1];
        if (at >= 0 && own && above && !own[at])
            own[at] = above[at];
    }
}

static void find_twins(control_plan *p)
{
    for (size_t i = 1; i < p->rows; i++)
        for (size_t k = 0; k < i && !p->row[i].faults; k++)
            if (*p->row[i].definition.path && strcmp(p->row[i].definition.path, p->row[k].definition.path) == 0)
                fault(&p->row[i], p->at[PLAN_PATH] >= 0 ? PLAN_PATH : PLAN_NAME, p->row[i].definition.path,
                      "once in the plan: a row above has it");
}

static assay_status take_rows(control_plan *p, assay_err *err)
{
    p->row = arena_array(&p->memory, plan_row, p->table.rows + 1);
    if (!p->row)
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory for a control plan");
    for (size_t row = p->header; row < p->table.rows; row++) {
        bool is_empty = !p->table.row[row];
        if (is_empty)
            continue;
        carry_down(p, row);
        plan_row *r = &p->row[p->rows++];
        *r = (plan_row){.row = row + 1};
        take_row(p, r);
    }
    if (p->rows <= 3000)
        find_twins(p);
    return ASSAY_OK;
}

assay_status control_plan_read(const char *bytes, size_t length, const char *name, control_plan *out,
                               assay_err *err)
{
    control_plan made = {0};
    assay_status status = sheet_read(bytes, length, name, &made.table, err);
    if (status != ASSAY_OK)
        return status;
    arena_init(&made.memory);
    status = find_header(&made, name, err);
    if (status == ASSAY_OK)
        status = take_rows(&made, err);
    if (status == ASSAY_OK)
        *out = made;
    else {
        arena_done(&made.memory);
        sheet_done(&made.table);
    }
    return status;
}

void control_plan_done(control_plan *p)
{
    if (p->row)
        arena_done(&p->memory);
    sheet_done(&p->table);
    *p = (control_plan){0};
}
