/* SPDX-License-Identifier: GPL-3.0-or-later */
/* QIF 3.0 (ISO 23952) and 2.1, element by element.
 *
 * Only what a measurement needs is looked at; the rest of the standard (features, plans, models)
 * passes by. What an element is follows from its own name and that of its parent: the kinds of
 * characteristics are open-ended ("DiameterCharacteristicItem"), their containers are not. */
#include "read/qif.h"

#include "base/time.h"

#include <stdlib.h>
#include <string.h>

/* In the order of strcmp, for bsearch. */
#define TAG_LIST(X)                                                                                \
    X(ActualComponent) X(ActualComponentIds) X(CharacteristicActuals)                              \
    X(CharacteristicDefinitionId) X(CharacteristicDefinitions) X(CharacteristicDesignator)         \
    X(CharacteristicItemId) X(CharacteristicItems) X(CharacteristicMeasurements)                   \
    X(CharacteristicNominalId) X(CharacteristicNominals) X(CharacteristicStatusEnum)               \
    X(DefinedAsLimit) X(Designator) X(ExternalQIFDocument) X(Id) X(InspectionEnd)                  \
    X(InspectionOperator) X(InspectionStart) X(InspectionStatus) X(InspectionStatusEnum)           \
    X(InspectionTraceability) X(MaxValue) X(MeasurementDeviceIds) X(MeasurementDevices)            \
    X(MeasurementResults) X(MinValue) X(ModelNumber) X(Name) X(OuterDisposition) X(Part)           \
    X(PartSet) X(PrimaryUnits) X(QIFDocument) X(QPId) X(SerialNumber) X(Status) X(Subgroup)        \
    X(TargetValue) X(ToleranceValue) X(URI) X(UnitName) X(Value)

typedef enum {
    TAG_OTHER,
#define X(name) TAG_##name,
    TAG_LIST(X)
#undef X
} tag;

static const char *const tag_names[] = {
#define X(name) #name,
    TAG_LIST(X)
#undef X
};

struct qif_walk {
    xml *x;
    qif_file *f;
    qif_listener listener;
    bool is_first, out_of_memory;
    tag tags[XML_DEPTH + 1];
    char unit_of[40];  /* name of the newest element below PrimaryUnits */
    /* what is open, and at which depth; 0: nothing */
    unsigned thing_depth, results_depth, measurement_depth, subgroup_depth, part_depth;
    qif_thing thing;
    qif_numbers numbers;
    uint32_t thing_code, subgroup_code;
    qif_results results;
    size_t result_place;
    bool has_start;
    char verdict[40];
    qif_measurement m;
    char value[XML_TEXT_MAX + 1];
};

static int compare_names(const void *key, const void *entry)
{
    return strcmp(key, *(const char *const *)entry);
}

static tag tag_of(const char *name)
{
    enum { count = sizeof tag_names / sizeof *tag_names };
    const char *const *found = bsearch(name, tag_names, count, sizeof *tag_names, compare_names);
    return found ? (tag)(found - tag_names + 1) : TAG_OTHER;
}

static const char *keep(qif_walk *w, const char *text)
{
    const char *copy = text && *text ? arena_text(&w->f->memory, text, strlen(text)) : NULL;
    if (text && *text && !copy)
        w->out_of_memory = true;
    return copy;
}

static void copy_short(char *out, size_t room, const char *text)
{
    size_t n = text ? strlen(text) : 0;
    if (n >= room)
        n = room - 1;
    memcpy(out, text ? text : "", n);
    out[n] = 0;
}

#define COPY(out, text) copy_short((out), sizeof(out), (text))

static uint32_t code_of(qif_walk *w, const char *id)
{
    uint32_t code = id && *id ? qif_code(w->f, id) : 0;
    if (id && *id && !code)
        xml_fail(w->x, ASSAY_LIMIT, "more than %d ids, or no memory for them", QIF_IDS_MAX);
    return code;
}

/* -- elements begin --------------------------------------------------------------------------- */

/* "SphericalDiameterCharacteristicItem" -> "SphericalDiameter" */
static const char *kind_of(qif_walk *w, const char *name)
{
    char kind[64];
    const char *end = strstr(name, "Characteristic");
    COPY(kind, name);
    if (end && (size_t)(end - name) < sizeof kind)
        kind[end - name] = 0;
    return keep(w, kind);
}

static void open_thing(qif_walk *w, qif_type type, const char *name, const char *const *attributes)
{
    if (w->thing_depth || !w->is_first)
        return;
    w->thing_depth = xml_depth(w->x);
    w->thing = (qif_thing){.type = type};
    w->numbers = (qif_numbers){0};
    w->thing_code = code_of(w, xml_attribute(attributes, "id"));
    if (type <= QIF_ITEM)
        w->thing.kind = kind_of(w, name);
}

static void open_measurement(qif_walk *w, const char *const *attributes)
{
    if (w->measurement_depth || !w->results_depth)
        return;
    w->measurement_depth = xml_depth(w->x);
    w->m = (qif_measurement){.line = xml_line(w->x), .value = w->value};
    COPY(w->m.id, xml_attribute(attributes, "id"));
}

static void open_results(qif_walk *w)
{
    if (w->results_depth)
        return;
    w->results_depth = xml_depth(w->x);
    w->results = (qif_results){.time = TIME_NONE, .offset = TIME_OFFSET_NONE};
    w->has_start = false;
    w->verdict[0] = 0;
}

static void open_part(qif_walk *w, const char *const *attributes)
{
    if (!w->is_first || w->f->part_label || w->f->part_name || w->f->part_model)
        return;
    w->part_depth = xml_depth(w->x);
    w->f->part_label = keep(w, xml_attribute(attributes, "label"));
}

/* A number that carries a unit of its own ("linearUnit"): its name, else NULL. */
static const char *own_unit(const char *const *attributes)
{
    for (; *attributes; attributes += 2) {
        size_t n = strlen(*attributes);
        if (n > 4 && strcmp(*attributes + n - 4, "Unit") == 0)
            return attributes[1];
    }
    return NULL;
}

static void begin_root(qif_walk *w, tag t, const char *name, const char *const *attributes)
{
    if (t != TAG_QIFDocument) {
        xml_fail(w->x, ASSAY_FORMAT, "is not a QIF document: its root is \"%.60s\"", name);
        return;
    }
    const char *version = xml_attribute(attributes, "versionQIF");
    w->f->is_qif = true;
    w->f->is_version_2 = version && version[0] == '2';
}

static void begin_by_parent(qif_walk *w, tag parent, const char *name,
                            const char *const *attributes)
{
    switch (parent) {
    case TAG_CharacteristicDefinitions: open_thing(w, QIF_DEFINITION, name, attributes); break;
    case TAG_CharacteristicNominals: open_thing(w, QIF_NOMINAL, name, attributes); break;
    case TAG_CharacteristicItems: open_thing(w, QIF_ITEM, name, attributes); break;
    case TAG_MeasurementDevices: open_thing(w, QIF_DEVICE, name, attributes); break;
    case TAG_CharacteristicMeasurements:
    case TAG_CharacteristicActuals: open_measurement(w, attributes); break;
    case TAG_PrimaryUnits: COPY(w->unit_of, name); break;
    default: break;
    }
}

static void begin_by_name(qif_walk *w, tag t, const char *name, const char *const *attributes)
{
    switch (t) {
    case TAG_ActualComponent: open_thing(w, QIF_COMPONENT, name, attributes); break;
    case TAG_ExternalQIFDocument: open_thing(w, QIF_REFERENCE, name, attributes); break;
    case TAG_MeasurementResults: open_results(w); break;
    case TAG_CharacteristicItemId:
        if (w->measurement_depth)
            COPY(w->m.reference, xml_attribute(attributes, "xId"));
        break;
    case TAG_Value:
        if (xml_depth(w->x) == w->measurement_depth + 1)
            COPY(w->m.unit, own_unit(attributes));
        break;
    case TAG_MaxValue:
    case TAG_MinValue:
    case TAG_ToleranceValue:
    case TAG_TargetValue: w->numbers.has_other_unit |= own_unit(attributes) != NULL; break;
    default: break;
    }
}

static void on_begin(void *context, const char *name, const char *const *attributes)
{
    qif_walk *w = context;
    unsigned depth = xml_depth(w->x);
    tag t = tag_of(name), parent = depth > 1 ? w->tags[depth - 1] : TAG_OTHER;
    w->tags[depth] = t;
    if (depth == 1)
        begin_root(w, t, name, attributes);
    begin_by_parent(w, parent, name, attributes);
    begin_by_name(w, t, name, attributes);
    if (t == TAG_Part && parent == TAG_PartSet)
        open_part(w, attributes);
    if (t == TAG_Subgroup && w->is_first && !w->subgroup_depth) {
        w->subgroup_code = code_of(w, xml_attribute(attributes, "id"));
        w->subgroup_depth = w->subgroup_code ? depth : 0;
    }
}

/* -- elements end ----------------------------------------------------------------------------- */

static void number_of(quantity *q, const char *text, size_t length)
{
    if (!q->is_given)
        q->is_given = decimal_parse(text, length, '.', &q->value, NULL) == DECIMAL_OK;
}

static void take_number(qif_walk *w, tag t, const char *text, size_t length)
{
    qif_numbers *n = &w->numbers;
    switch (t) {
    case TAG_MaxValue: number_of(&n->max, text, length); break;
    case TAG_MinValue: number_of(&n->min, text, length); break;
    case TAG_ToleranceValue: number_of(&n->zone, text, length); break;
    case TAG_OuterDisposition: number_of(&n->outer, text, length); break;
    case TAG_TargetValue: number_of(&n->target, text, length); break;
    case TAG_DefinedAsLimit:
        n->has_limit_word = true;
        n->is_limit = strcmp(text, "true") == 0 || strcmp(text, "1") == 0;
        break;
    default: break;
    }
}

static void take_of_thing(qif_walk *w, tag t, tag parent, const char *text, size_t length)
{
    bool is_direct = xml_depth(w->x) == w->thing_depth + 1;
    qif_type type = w->thing.type;
    if (type <= QIF_NOMINAL)
        take_number(w, t, text, length);
    if (t == TAG_Name && is_direct)
        w->thing.name = keep(w, text);
    else if (t == TAG_SerialNumber && is_direct && type == QIF_COMPONENT)
        w->thing.name = keep(w, text);
    else if (t == TAG_URI && type == QIF_REFERENCE)
        w->thing.name = keep(w, text);
    else if (t == TAG_QPId && type == QIF_REFERENCE)
        w->thing.other = keep(w, text);
    else if (t == TAG_Designator && parent == TAG_CharacteristicDesignator)
        w->thing.other = keep(w, text);
    else if ((t == TAG_CharacteristicDefinitionId && type == QIF_NOMINAL) ||
             (t == TAG_CharacteristicNominalId && type == QIF_ITEM))
        w->thing.link = code_of(w, text);
    else if (t == TAG_Id && parent == TAG_MeasurementDeviceIds && !w->thing.device)
        w->thing.device = code_of(w, text);
}

static bool list_add(uint32_t **list, size_t *count, size_t *room, uint32_t code)
{
    if (*count == *room) {
        size_t more = *room ? *room * 2 : 64;
        uint32_t *grown = realloc(*list, more * sizeof *grown);
        if (!grown)
            return false;
        *list = grown;
        *room = more;
    }
    (*list)[(*count)++] = code;
    return true;
}

static void close_thing(qif_walk *w)
{
    qif_file *f = w->f;
    qif_thing *t = w->thing_code ? arena_new(&f->memory, qif_thing) : NULL;
    w->thing_depth = 0;
    if (!w->thing_code || f->things[w->thing_code])
        return; /* nothing can refer to it; or its id was taken */
    if (t && w->thing.type <= QIF_NOMINAL) {
        w->thing.numbers = arena_new(&f->memory, qif_numbers);
        if (w->thing.numbers)
            *w->thing.numbers = w->numbers;
        w->out_of_memory |= !w->thing.numbers;
    }
    if (t)
        *t = w->thing;
    w->out_of_memory |= !t;
    f->things[w->thing_code] = t;
    if (w->thing.type == QIF_REFERENCE && f->reference_count < QIF_REFERENCES_MAX)
        f->references[f->reference_count++] = w->thing_code;
    if (w->thing.type == QIF_ITEM)
        w->out_of_memory |= !list_add(&f->items, &f->item_count, &f->item_room, w->thing_code);
}

static void take_of_measurement(qif_walk *w, tag t, const char *text, size_t length)
{
    bool is_direct = xml_depth(w->x) == w->measurement_depth + 1;
    if (t == TAG_CharacteristicStatusEnum)
        COPY(w->m.status, text);
    else if (t == TAG_CharacteristicItemId && is_direct) {
        /* <CharacteristicItemId xId="5">1</...>: item 5 of the document that reference 1 names */
        char other[sizeof w->m.reference];
        memcpy(other, w->m.reference, sizeof other);
        COPY(w->m.item, *other ? other : text);
        COPY(w->m.reference, *other ? text : "");
    } else if (t == TAG_Value && is_direct) {
        COPY(w->value, text);
        w->m.value_length = length;
        w->m.has_value = true;
    }
}

static void close_measurement(qif_walk *w)
{
    w->measurement_depth = 0;
    w->results.measurements++;
    if (w->listener.measured &&
        !w->listener.measured(w->listener.context, &w->m, w->result_place, w->x))
        w->out_of_memory = true;
}

static void take_time(qif_walk *w, tag t, const char *text, size_t length)
{
    int64_t ns;
    int32_t offset;
    if (w->has_start || !time_parse_iso(text, length, &ns, &offset))
        return;
    w->has_start = t == TAG_InspectionStart;
    w->results.time = ns;
    w->results.offset = offset;
}

static void take_of_results(qif_walk *w, tag t, tag parent, const char *text, size_t length)
{
    if (t == TAG_InspectionStart || t == TAG_InspectionEnd)
        take_time(w, t, text, length);
    else if (t == TAG_Name && parent == TAG_InspectionOperator && length)
        w->results.operator = dictionary_code(w->f->words, text, length);
    else if (t == TAG_Id && parent == TAG_ActualComponentIds && !w->results.component)
        w->results.component = code_of(w, text);
    else if (t == TAG_InspectionStatusEnum && parent == TAG_InspectionStatus)
        COPY(w->verdict, text);
}

static void close_results(qif_walk *w)
{
    qif_file *f = w->f;
    w->results_depth = 0;
    w->result_place++;
    if (!w->is_first)
        return;
    if (!w->results.measurements && w->verdict[0]) {
        f->verdicts_only++;
        f->passed += strcmp(w->verdict, "PASS") == 0;
    }
    if (f->result_count == f->result_room) {
        size_t room = f->result_room ? f->result_room * 2 : 64;
        qif_results *grown = room <= QIF_IDS_MAX
                                 ? realloc(f->results, room * sizeof *grown) : NULL;
        if (!grown) {
            xml_fail(w->x, ASSAY_LIMIT, "more than %d sets of results, or no memory for them",
                     QIF_IDS_MAX);
            return;
        }
        f->results = grown;
        f->result_room = room;
    }
    f->results[f->result_count++] = w->results;
}

static void take_unit(qif_walk *w, const char *text)
{
    qif_file *f = w->f;
    char *end = strstr(w->unit_of, "Unit");
    if (end && !end[4] && f->unit_count < QIF_UNITS_MAX) {
        *end = 0;
        f->units[f->unit_count].of = keep(w, w->unit_of);
        f->units[f->unit_count++].name = keep(w, text);
    }
}

static void take_of_file(qif_walk *w, tag t, const char *text)
{
    unsigned depth = xml_depth(w->x);
    qif_file *f = w->f;
    if (t == TAG_UnitName && depth > 2 && w->tags[depth - 2] == TAG_PrimaryUnits)
        take_unit(w, text);
    else if (t == TAG_QPId && depth == 2)
        f->qpid = keep(w, text);
    else if (w->part_depth && depth == w->part_depth + 1 && t == TAG_Name)
        f->part_name = keep(w, text);
    else if (w->part_depth && depth == w->part_depth + 1 && t == TAG_ModelNumber)
        f->part_model = keep(w, text);
    else if (w->subgroup_depth && t == TAG_Id) {
        uint32_t code = code_of(w, text);
        if (code)
            f->subgroup[code] = w->subgroup_code;
    }
}

static void close_open(qif_walk *w, unsigned depth)
{
    if (depth == w->measurement_depth)
        close_measurement(w);
    if (depth == w->thing_depth)
        close_thing(w);
    if (depth == w->results_depth)
        close_results(w);
    if (depth == w->subgroup_depth)
        w->subgroup_depth = 0;
    if (depth == w->part_depth)
        w->part_depth = 0;
}

static void on_end(void *context, const char *name, const char *text, size_t length)
{
    qif_walk *w = context;
    (void)name;
    unsigned depth = xml_depth(w->x);
    tag t = w->tags[depth], parent = depth > 1 ? w->tags[depth - 1] : TAG_OTHER;
    if (t != TAG_OTHER) {
        if (w->measurement_depth)
            take_of_measurement(w, t, text, length);
        else if (w->thing_depth)
            take_of_thing(w, t, parent, text, length);
        else if (w->results_depth && w->is_first)
            take_of_results(w, t, parent, text, length);
        else if (w->is_first)
            take_of_file(w, t, text);
    }
    close_open(w, depth);
    if (w->out_of_memory)
        xml_fail(w->x, ASSAY_MEMORY, "no memory for what it names");
}

/* -- life ------------------------------------------------------------------------------------- */

assay_status qif_walk_open(qif_file *f, bool is_first, const qif_listener *listener,
                           qif_walk **out, assay_err *err)
{
    qif_walk *w = calloc(1, sizeof *w);
    if (!w)
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory to read %s", f->name);
    w->f = f;
    w->is_first = is_first;
    if (listener)
        w->listener = *listener;
    assay_status status = ASSAY_OK;
    if (is_first && !f->ids)
        status = dictionary_new(&f->ids, err);
    if (status == ASSAY_OK && is_first && !f->words)
        status = dictionary_new(&f->words, err);
    if (status == ASSAY_OK)
        status = xml_open(f->name, &(xml_events){on_begin, on_end, w}, &w->x, err);
    if (status != ASSAY_OK) {
        qif_walk_close(w);
        return status;
    }
    *out = w;
    return ASSAY_OK;
}

assay_status qif_walk_feed(qif_walk *w, const char *bytes, size_t length, bool is_last,
                           assay_err *err)
{
    return xml_feed(w->x, bytes, length, is_last, err);
}

void qif_walk_close(qif_walk *w)
{
    if (!w)
        return;
    xml_close(w->x);
    free(w);
}
