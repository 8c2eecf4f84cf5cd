/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ledger/badge.h"

#include "base/hash.h"
#include "base/text.h"
#include "ledger/vc.h"

#include <jansson.h>
#include <string.h>

static bool is_among(const char *word, const char *const *list, size_t n)
{
    for (size_t i = 0; word && i < n; i++)
        if (strcmp(list[i], word) == 0)
            return true;
    return false;
}

bool badge_is_type(const char *type)
{
    static const char *const types[] = {"Achievement",
                                        "ApprenticeshipCertificate",
                                        "Assessment",
                                        "Assignment",
                                        "AssociateDegree",
                                        "Award",
                                        "Badge",
                                        "BachelorDegree",
                                        "Certificate",
                                        "CertificateOfCompletion",
                                        "Certification",
                                        "CommunityService",
                                        "Competency",
                                        "Course",
                                        "CoCurricular",
                                        "Degree",
                                        "Diploma",
                                        "DoctoralDegree",
                                        "Fieldwork",
                                        "GeneralEducationDevelopment",
                                        "JourneymanCertificate",
                                        "LearningProgram",
                                        "License",
                                        "Membership",
                                        "ProfessionalDoctorate",
                                        "QualityAssuranceCredential",
                                        "MasterCertificate",
                                        "MasterDegree",
                                        "MicroCredential",
                                        "ResearchDoctorate",
                                        "SecondarySchoolDiploma"};
    return is_among(type, types, sizeof types / sizeof *types);
}

bool badge_is_result_type(const char *type)
{
    static const char *const types[] = {
        "GradePointAverage",    "LetterGrade", "Percent",     "PerformanceLevel",
        "PredictedScore",       "RawScore",    "Result",      "RubricCriterion",
        "RubricCriterionLevel", "RubricScore", "ScaledScore", "Status"};
    return is_among(type, types, sizeof types / sizeof *types);
}

/* -- building --------------------------------------------------------------------------------- */

/* Additions that fail are remembered and told once at the end. */
typedef struct {
    bool failed, is_no_text; /* is_no_text: something is not UTF-8 */
} maker;

static void put(maker *m, json_t *object, const char *key, json_t *value)
{
    m->failed |= json_object_set_new(object, key, value) != 0;
}

static void look_at(maker *m, const char *text)
{
    m->is_no_text |= utf8_valid(text, strlen(text)) != strlen(text);
}

static void put_text(maker *m, json_t *object, const char *key, const char *text)
{
    if (!text || !*text)
        return;
    look_at(m, text);
    put(m, object, key, json_string(text));
}

static void put_type(maker *m, json_t *object, const char *type)
{
    put(m, object, "type", json_pack("[s]", type));
}

static void put_time(maker *m, json_t *object, const char *key, int64_t ns)
{
    char text[48];
    if (ns == TIME_NONE)
        return;
    time_format(ns - ns % 1000000000, TIME_OFFSET_NONE, text, sizeof text);
    put(m, object, key, json_string(text));
}

static json_t *issuer_of(maker *m, const badge *b)
{
    json_t *o = json_object();
    put_text(m, o, "id", b->issuer);
    put_type(m, o, "Profile");
    put_text(m, o, "name", b->issuer_name);
    put_text(m, o, "url", b->issuer_url);
    return o;
}

/* "sha256$" and the digest of address and salt. */
static bool identity_hash(const char *email, const char *salt, char out[72])
{
    buf text = BUF_INIT;
    sha256 digest;
    char hex[65];
    buf_addf(&text, "%s%s", email, salt ? salt : "");
    bool is_made = !text.failed && sha256_of(text.data, text.length, &digest, NULL) == ASSAY_OK;
    buf_done(&text);
    if (is_made) {
        sha256_to_hex(&digest, hex);
        snprintf(out, 72, "sha256$%s", hex);
    }
    return is_made;
}

static json_t *identities_of(maker *m, const badge *b)
{
    json_t *list = json_array();
    char hash[72];
    if (b->holder && *b->holder) {
        look_at(m, b->holder);
        m->failed |=
            json_array_append_new(list, json_pack("{s:s, s:b, s:s, s:s}", "type", "IdentityObject",
                                                  "hashed", 0, "identityHash", b->holder,
                                                  "identityType", "name")) != 0;
    }
    if (b->email && *b->email) {
        m->failed |= !identity_hash(b->email, b->salt, hash);
        m->failed |= json_array_append_new(list, json_pack("{s:s, s:b, s:s, s:s, s:s*}", "type",
                                                           "IdentityObject", "hashed", 1,
                                                           "identityHash", hash, "identityType",
                                                           "emailAddress", "salt", b->salt)) != 0;
    }
    return list;
}

static void result_id(const badge *b, size_t i, char *out, size_t room)
{
    snprintf(out, room, "%s#result-%zu", b->achievement.id, i + 1);
}

static json_t *descriptions_of(maker *m, const badge *b)
{
    json_t *list = json_array();
    char id[600];
    for (size_t i = 0; i < b->result_count; i++) {
        json_t *o = json_object();
        result_id(b, i, id, sizeof id);
        put_text(m, o, "id", id);
        put_type(m, o, "ResultDescription");
        put_text(m, o, "name", b->results[i].name);
        put_text(m, o, "resultType", b->results[i].type);
        m->failed |= json_array_append_new(list, o) != 0;
    }
    return list;
}

static json_t *results_of(maker *m, const badge *b)
{
    json_t *list = json_array();
    char id[600];
    for (size_t i = 0; i < b->result_count; i++) {
        json_t *o = json_object();
        bool is_status = strcmp(b->results[i].type, "Status") == 0;
        result_id(b, i, id, sizeof id);
        put_type(m, o, "Result");
        put_text(m, o, "resultDescription", id);
        put_text(m, o, is_status ? "status" : "value", b->results[i].value);
        m->failed |= json_array_append_new(list, o) != 0;
    }
    return list;
}

static json_t *achievement_of(maker *m, const badge *b)
{
    const badge_achievement *a = &b->achievement;
    json_t *o = json_object(), *criteria = json_object();
    put_text(m, o, "id", a->id);
    put_type(m, o, "Achievement");
    put_text(m, o, "achievementType", a->type);
    put_text(m, o, "name", a->name);
    put_text(m, o, "description", a->description);
    put_text(m, criteria, "id", a->criteria_url);
    put_text(m, criteria, "narrative", a->criteria);
    put(m, o, "criteria", criteria);
    put_text(m, o, "version", a->version);
    if (b->result_count)
        put(m, o, "resultDescription", descriptions_of(m, b));
    return o;
}

static json_t *subject_of(maker *m, const badge *b)
{
    json_t *o = json_object();
    put_text(m, o, "id", b->subject);
    put_type(m, o, "AchievementSubject");
    if ((b->holder && *b->holder) || (b->email && *b->email))
        put(m, o, "identifier", identities_of(m, b));
    put_text(m, o, "narrative", b->narrative);
    put_text(m, o, "licenseNumber", b->license_number);
    put_text(m, o, "role", b->role);
    if (b->result_count)
        put(m, o, "result", results_of(m, b));
    put(m, o, "achievement", achievement_of(m, b));
    return o;
}

static json_t *evidence_of(maker *m, const badge *b)
{
    json_t *o = json_object();
    put_text(m, o, "id", b->evidence);
    put_type(m, o, "Evidence");
    put_text(m, o, "name", b->evidence_name);
    put_text(m, o, "narrative", b->evidence_narrative);
    return json_pack("[o]", o);
}

/* -- checking what is given ------------------------------------------------------------------- */

static assay_status missing(const char *what, assay_err *err)
{
    return assay_fail(err, ASSAY_MISSING, 0, "a badge needs %s", what);
}

static bool has(const char *text)
{
    return text && *text;
}

static assay_status check_results(const badge *b, assay_err *err)
{
    if (b->result_count > BADGE_RESULTS_MAX)
        return assay_fail(err, ASSAY_LIMIT, 0, "%zu results; a badge has at most %d",
                          b->result_count, BADGE_RESULTS_MAX);
    for (size_t i = 0; i < b->result_count; i++) {
        const badge_result *r = &b->results[i];
        if (!has(r->name) || !has(r->value))
            return missing("a name and a value of each result", err);
        if (!badge_is_result_type(r->type))
            return assay_fail(err, ASSAY_DOMAIN, i, "\"%.40s\" is not a type of result",
                              r->type ? r->type : "");
    }
    return ASSAY_OK;
}

static assay_status check(const badge *b, assay_err *err)
{
    const badge_achievement *a = &b->achievement;
    if (!has(b->id) || !has(b->subject))
        return missing("an id and a subject", err);
    if (!has(b->issuer) || !has(b->issuer_name))
        return missing("an issuer with a name", err);
    if (!has(a->id) || !has(a->name) || !has(a->description))
        return missing("an achievement with id, name and description", err);
    if (!has(a->criteria) && !has(a->criteria_url))
        return missing("criteria of its achievement", err);
    if (has(a->type) && !badge_is_type(a->type)) {
        assay_fail(err, ASSAY_DOMAIN, 0, "\"%.40s\" is not a type of achievement", a->type);
        return assay_hint(err, "Award, Certification, CertificateOfCompletion, License, "
                               "QualityAssuranceCredential, Competency ...");
    }
    if (b->valid_from == TIME_NONE)
        return missing("a time from which it is valid", err);
    if (b->valid_until != TIME_NONE && b->valid_until <= b->valid_from)
        return assay_fail(err, ASSAY_DOMAIN, 0, "it would end before it begins");
    return check_results(b, err);
}

assay_status badge_write(const badge *b, json_t **out, assay_err *err)
{
    maker m = {false};
    assay_status status = check(b, err);
    if (status)
        return status;
    json_t *o = json_pack("{s:[s,s], s:[s,s]}", "@context", VC_DATA_MODEL, BADGE_CONTEXT, "type",
                          "VerifiableCredential", "OpenBadgeCredential");
    put_text(&m, o, "id", b->id);
    put_text(&m, o, "name", b->achievement.name);
    put(&m, o, "issuer", issuer_of(&m, b));
    put_time(&m, o, "awardedDate", b->awarded);
    put_time(&m, o, "validFrom", b->valid_from);
    put_time(&m, o, "validUntil", b->valid_until);
    put(&m, o, "credentialSubject", subject_of(&m, b));
    if (has(b->evidence))
        put(&m, o, "evidence", evidence_of(&m, b));
    if (b->status)
        m.failed |= json_object_set(o, "credentialStatus", (json_t *)(uintptr_t)b->status) != 0;
    if (m.failed || !o) {
        json_decref(o);
        return m.is_no_text ? assay_fail(err, ASSAY_FORMAT, 0, "a text of the badge is not UTF-8")
                            : assay_fail(err, ASSAY_MEMORY, 0, "no memory for a badge");
    }
    *out = o;
    return ASSAY_OK;
}
