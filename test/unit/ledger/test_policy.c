/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "ledger/policy.h"

static note_signer logs[2], seers[4];
static assay_err err;

static int begin(void **state)
{
    (void)state;
    uint8_t seed[32] = {0};
    char name[16];
    for (int i = 0; i < 2; i++, seed[0]++)
        assert_ok(note_signer_of("log.test/1", NOTE_ED25519, seed, &logs[i], &err), err);
    for (int i = 0; i < 4; i++, seed[0]++) {
        snprintf(name, sizeof name, "w%d.test", i);
        assert_ok(note_signer_of(name, NOTE_COSIGNATURE, seed, &seers[i], &err), err);
    }
    return 0;
}

/* %L, %0 .. %3 stand for keys. */
static void expand(const char *text, buf *out)
{
    for (; *text; text++)
        if (*text != '%')
            buf_add_char(out, *text);
        else if (*++text == 'L')
            note_key_write(&logs[0].public, out);
        else
            note_key_write(&seers[*text - '0'].public, out);
}

static assay_status parse(const char *text, policy *out)
{
    buf b = BUF_INIT;
    expand(text, &b);
    assay_status status = policy_parse(buf_text(&b), b.length, out, &err);
    buf_done(&b);
    return status;
}

/* The bits of `who` have cosigned; a note by log number `by`. */
static assay_status judge(const policy *p, int by, unsigned who, policy_verdict *v)
{
    static const char text[] = "log.test/1\n3\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n";
    buf b = BUF_INIT;
    note n;
    buf_add_text(&b, text);
    buf_add_char(&b, '\n');
    assert_ok(note_sign(&logs[by], text, sizeof text - 1, 0, &b, &err), err);
    for (int i = 0; i < 4; i++)
        if (who >> i & 1)
            assert_ok(note_sign(&seers[i], text, sizeof text - 1, 1000 + i, &b, &err), err);
    assert_ok(note_parse(b.data, b.length, &n, &err), err);
    assay_status status = policy_judge(p, &n, v, &err);
    buf_done(&b);
    return status;
}

static void a_quorum_is_counted_through_groups_of_groups(void **state)
{
    (void)state;
    policy p;
    policy_verdict v;
    assert_ok(parse("# who\nlog %L https://log.test\nwitness a %0 https://a.test\nwitness b %1\n"
                    "witness c %2 # last\nwitness d %3\n\ngroup ab any a b\ngroup all all ab c d\n"
                    "quorum all", &p), err);
    assert_string_equal(p.logs[0].url, "https://log.test");
    for (unsigned who = 0; who < 16; who++) {
        assert_ok(judge(&p, 0, who, &v), err);
        assert_int_equal(v.seen_count, __builtin_popcount(who));
        assert_int_equal(v.has_quorum, (who & 3) && (who & 12) == 12);
        assert_int_equal(v.seen[2], who & 4 ? 1002 : 0);
    }
    assert_int_equal(judge(&p, 1, 15, &v), ASSAY_NOT_FOUND); /* same name, another key */
}

static void one_witness_or_none_can_be_the_quorum(void **state)
{
    (void)state;
    policy p;
    policy_verdict v;
    assert_ok(parse("log %L\nwitness a %0\nwitness b %1\nquorum b\n", &p), err);
    assert_ok(judge(&p, 0, 1, &v), err);
    assert_false(v.has_quorum);
    assert_ok(judge(&p, 0, 2, &v), err);
    assert_true(v.has_quorum);
    assert_ok(parse("log %L\nquorum none\n", &p), err);
    assert_ok(judge(&p, 0, 0, &v), err);
    assert_true(v.has_quorum);
    assert_ok(parse("log %L\nwitness a %0\nwitness b %1\nwitness c %2\ngroup g 2 a b c\nquorum g\n", &p), err);
    for (unsigned who = 0; who < 8; who++) {
        assert_ok(judge(&p, 0, who, &v), err);
        assert_int_equal(v.has_quorum, __builtin_popcount(who) >= 2);
    }
}

static void what_breaks_a_rule_is_refused_with_its_line(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        uint64_t line;
    } bad[] = {
        {"log %L\n", 1},                                        /* no quorum */
        {"log %L\nquorum none\nquorum none\n", 3},
        {"log %0\nquorum none\n", 1},                           /* a witness's key */
        {"witness a %L\nquorum none\n", 1},                     /* a log's key */
        {"log %L\nwitness a %0\nwitness a %1\nquorum a\n", 3},
        {"witness none %0\nquorum none\n", 1},
        {"group g any a\nwitness a %0\nquorum g\n", 1},         /* used before it is named */
        {"witness a %0\ngroup g any a\ngroup h any a\nquorum g\n", 3},
        {"witness a %0\ngroup g 2 a\nquorum g\n", 2},
        {"witness a %0\ngroup g 0 a\nquorum g\n", 2},
        {"witness a %0\ngroup g 01 a\nquorum g\n", 2},
        {"witness a %0\nquorum b\n", 2},
        {"witness a %0\ngroup g any g\nquorum g\n", 2},
        {"hello\nquorum none\n", 1},
        {"log x+1+y\nquorum none\n", 1},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        policy p;
        if (parse(bad[i].text, &p) != ASSAY_FORMAT)
            fail_msg("taken: %s", bad[i].text);
        assert_int_equal(err.line, bad[i].line);
    }
}

/* `n` times this line, %d its number. */
static assay_status parse_many(const char *head, const char *line, int n, const char *tail, policy *out)
{
    buf b = BUF_INIT;
    buf_add_text(&b, head);
    for (int i = 0; i < n; i++) {
        char text[200];
        snprintf(text, sizeof text, line, i);
        buf_add_text(&b, text);
    }
    buf_add_text(&b, tail);
    assay_status status = parse(buf_text(&b), out);
    buf_done(&b);
    return status;
}

static void more_than_a_policy_holds_is_refused(void **state)
{
    (void)state;
    static policy p;
    static char text[POLICY_MAX + 2];
    char line[700], name[600];
    assert_int_equal(parse_many("", "log %%L\n", POLICY_LOGS, "quorum none\n", &p), ASSAY_OK);
    assert_int_equal(parse_many("", "log %%L\n", POLICY_LOGS + 1, "quorum none\n", &p), ASSAY_FORMAT);
    assert_int_equal(parse_many("", "witness w%d %%0\n", POLICY_WITNESSES, "quorum none\n", &p), ASSAY_OK);
    assert_int_equal(parse_many("", "witness w%d %%0\n", POLICY_WITNESSES + 1, "quorum none\n", &p), ASSAY_FORMAT);
    assert_int_equal(parse_many("witness a %0\ngroup g-1 1 a\n", "group g%d 1 g%1$d\n", 0, "quorum none\n", &p), ASSAY_OK);
    buf b = BUF_INIT;
    buf_add_text(&b, "witness a %0\ngroup g0 1 a\n");
    for (int i = 1; i <= POLICY_GROUPS; i++)
        buf_addf(&b, "group g%d 1 g%d\n", i, i - 1);
    buf_add_text(&b, "quorum none\n");
    assert_int_equal(parse(b.data, &p), ASSAY_FORMAT);
    assert_int_equal(err.line, 2 + POLICY_GROUPS);
    buf_done(&b);
    memset(text, ' ', sizeof text - 1);
    assert_int_equal(parse(text, &p), ASSAY_LIMIT);
    memset(name, 'a', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    static const char *const too_long[] = {"log %s\n", "log %%L https://%s\n", "witness %s %%0\n", "witness w %%0 https://%s\n",
                                           "witness w %%0\ngroup %s 1 w\n"};
    for (size_t i = 0; i < sizeof too_long / sizeof *too_long; i++) {
        snprintf(line, sizeof line, too_long[i], name);
        if (parse(line, &p) != ASSAY_FORMAT || !strstr(err.message, "too long"))
            fail_msg("taken, or for another reason: %s", err.message);
    }
    static const char *const counts[] = {"log\n", "log %L u x\n", "witness w\n", "witness w %0 u x\n", "group g 1\n", "quorum\n",
                                         "quorum a b\n", "witness w %0\ngroup w 1 w\n", "witness w %0\ngroup none 1 w\n"};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        assert_int_equal(parse(counts[i], &p), ASSAY_FORMAT);
    assert_int_equal(parse_many("group g 1", " w%d", POLICY_WITNESSES + POLICY_GROUPS, "\n", &p), ASSAY_FORMAT);
    assert_non_null(strstr(err.message, "too many words"));
    assert_int_equal(policy_parse("log a\0b\n", 8, &p, &err), ASSAY_FORMAT); /* a NUL in a word */
    assert_int_equal(parse("\tlog\t %L \t# the log\n\n  # nothing\nquorum none", &p), ASSAY_OK);
}

static void a_policy_is_written_as_it_is_read(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "log %L\nwitness a %0\nwitness b %1\ngroup g 1 a b\nquorum g\n", "log %L\nquorum none\n",
        "log %L\nwitness a %0\nquorum a\n"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        policy p;
        buf b = BUF_INIT, expected = BUF_INIT;
        assert_ok(parse(texts[i], &p), err);
        expand(texts[i], &expected);
        policy_write(&p, &b);
        assert_string_equal(b.data, expected.data);
        buf_done(&b);
        buf_done(&expected);
    }
}

static void signatures_that_are_odd_are_judged(void **state)
{
    (void)state;
    static const char text[] = "log.test/1\n3\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n";
    policy p;
    policy_verdict v;
    note n;
    buf b = BUF_INIT;
    assert_ok(parse("log %L\nlog %L\nwitness a %0\nquorum a\n", &p), err); /* a log named twice counts once */
    assert_ok(judge(&p, 0, 1, &v), err);
    assert_int_equal(v.log, 0);
    buf_add_text(&b, text);
    buf_add_char(&b, '\n');
    assert_ok(note_sign(&logs[0], text, sizeof text - 1, 0, &b, &err), err);
    assert_ok(note_sign(&seers[0], text, sizeof text - 1, 0, &b, &err), err); /* at the epoch */
    assert_ok(note_parse(b.data, b.length, &n, &err), err);
    assert_ok(policy_judge(&p, &n, &v, &err), err);
    assert_true(v.has_quorum && v.seen[0] == 1);
    n.lines[1].signature[20] ^= 1;
    assert_int_equal(policy_judge(&p, &n, &v, &err), ASSAY_CONFLICT);
    n.lines[1].length = 64; /* a plain signature where a cosignature belongs */
    assert_int_equal(policy_judge(&p, &n, &v, &err), ASSAY_CONFLICT);
    n.lines[0].signature[20] ^= 1;
    assert_int_equal(policy_judge(&p, &n, &v, &err), ASSAY_CONFLICT);
    buf_done(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_quorum_is_counted_through_groups_of_groups),
        cmocka_unit_test(one_witness_or_none_can_be_the_quorum),
        cmocka_unit_test(what_breaks_a_rule_is_refused_with_its_line),
        cmocka_unit_test(signatures_that_are_odd_are_judged),
        cmocka_unit_test(a_policy_is_written_as_it_is_read),
        cmocka_unit_test(more_than_a_policy_holds_is_refused),
    };
    return cmocka_run_group_tests(tests, begin, NULL);
}
