/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The journal beside the file after a crash, and after people moved files about. */
#include "feeder.h"

#include "base/hash.h"

#include <sqlite3.h>

enum { BLOCK = 4096 };

static void run_sql(const char *path, const char *text)
{
    sqlite3 *db;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, text, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
}

static __attribute__((format(printf, 1, 2))) void shell(const char *format, ...)
{
    char command[900];
    va_list args;
    va_start(args, format);
    vsnprintf(command, sizeof command, format, args);
    va_end(args);
    assert_int_equal(system(command), 0);
}

static bool is_there(const char *path, const char *tail)
{
    char name[300];
    snprintf(name, sizeof name, "%s%s", path, tail);
    return access(name, F_OK) == 0;
}

/* A shop whose first value stands in SQLite, as commit 1, and 2 .. n in the journal; `copy` is what a
 * kill leaves of it. */
static shop *killed(feeder *f, int n, shop *copy)
{
    shop *h = shop_new();
    feeder_open(f, h);
    assert_ok(ingest_prepare(f->g, &h->err), h->err);
    assert_non_null(f->g->journal); /* else there is no room in /tmp */
    send(f, 10, 1, NULL);
    wait_for_ever(f);
    for (int i = 2; i <= n; i++)
        send(f, 10 * i, i, NULL);
    copy_files(h, copy->path, sizeof copy->path);
    return h;
}

static void damage(const shop *h, int group)
{
    char name[300];
    snprintf(name, sizeof name, "%s-live", h->path);
    flip_byte(name, group * BLOCK + 60);
}

static void all_done(feeder *f, shop *h)
{
    feeder_close(f);
    shop_free(h);
}

static void put_line(const char *what, void *context)
{
    buf_addf(context, "%s\n", what);
}

/* What a check finds; static. */
static const char *found_in(shop *h)
{
    static buf text = BUF_INIT;
    store_check_t found;
    buf_clear(&text);
    assert_ok(store_check(h->s, put_line, &text, &found, &h->err), h->err);
    assert_int_equal(found.damaged > 0, text.length > 0);
    return buf_text(&text);
}

static void read_only(shop *h)
{
    assert_ok(store_open(h->path, STORE_READ, &h->s, &h->err), h->err);
}

/* -- damage --------------------------------------------------------------------------------- */

static void a_damaged_group_costs_itself_and_is_told_by_who_reads_checks_and_writes(void **state)
{
    (void)state;
    feeder f;
    shop copy = {0}, *h = killed(&f, 5, &copy);
    const char *words = "2 acknowledged groups of live rows are lost: 8192 bytes from byte 4096 on"
                        " cannot be read; 2 other groups, up to commit 5, are whole";
    damage(&copy, 1);
    damage(&copy, 2);
    read_only(&copy);
    assert_non_null(strstr(store_told(copy.s), words));
    assert_non_null(strstr(found_in(&copy), words));
    assert_string_equal(values_of(&copy, copy.s, STORE_NOW), "1 2");
    store_close(copy.s);
    shop_open(&copy);
    assert_non_null(strstr(store_told(copy.s), words));
    assert_non_null(strstr(store_told(copy.s), "copy.assay-live.kept-1"));
    assert_string_equal(values_of(&copy, copy.s, STORE_NOW), "1 2 5");
    assert_false(is_there(copy.path, "-live"));
    assert_non_null(strstr(found_in(&copy), "-live.kept-1"));
    shop_reopen(&copy);
    assert_string_equal(store_told(copy.s), "");
    assert_non_null(strstr(found_in(&copy), "-live.kept-1")); /* until somebody looked */
    shell("rm %s-live.kept-1", copy.path);
    assert_string_equal(found_in(&copy), "");
    store_close(copy.s);
    all_done(&f, h);
}

static void a_backup_without_all_that_was_acknowledged_is_refused(void **state)
{
    (void)state;
    feeder f;
    shop copy = {0}, *h = killed(&f, 4, &copy);
    char saved[100];
    snprintf(saved, sizeof saved, "%s/saved.assay", h->folder);
    damage(&copy, 1);
    read_only(&copy);
    assert_int_equal(store_backup(copy.s, saved, &copy.err), ASSAY_DAMAGED);
    assert_non_null(strstr(copy.err.message, "1 acknowledged groups of live rows are lost"));
    assert_false(is_there(saved, ""));
    store_close(copy.s);
    shop_open(&copy); /* takes over what is whole */
    assert_ok(store_backup(copy.s, saved, &copy.err), copy.err);
    store_close(copy.s);
    snprintf(copy.path, sizeof copy.path, "%s", saved);
    read_only(&copy);
    assert_string_equal(values_of(&copy, copy.s, STORE_NOW), "1 2 4");
    store_close(copy.s);
    all_done(&f, h);
}

static void the_first_group_may_be_the_damaged_one(void **state)
{
    (void)state;
    feeder f;
    shop copy = {0}, *h = killed(&f, 4, &copy);
    damage(&copy, 0);
    shop_open(&copy);
    assert_non_null(strstr(store_told(copy.s), "1 acknowledged groups of live rows are lost: 4096"
                                               " bytes from byte 0 on"));
    assert_string_equal(values_of(&copy, copy.s, STORE_NOW), "1 3 4");
    store_close(copy.s);
    all_done(&f, h);
}

static void a_last_group_that_is_not_whole_was_being_written(void **state)
{
    (void)state;
    feeder f;
    shop copy = {0}, *h = killed(&f, 4, &copy);
    damage(&copy, 2);
    read_only(&copy);
    assert_string_equal(store_told(copy.s), "");
    assert_string_equal(found_in(&copy), "");
    store_close(copy.s);
    shop_open(&copy);
    assert_non_null(strstr(store_told(copy.s), "the last group, commit 4, is not whole"));
    assert_string_equal(values_of(&copy, copy.s, STORE_NOW), "1 2 3");
    assert_clean(&copy);
    store_close(copy.s);
    all_done(&f, h);
}

/* -- files moved about ----------------------------------------------------------------------- */

static void told_and_kept(shop *h, const char *words, const char *values)
{
    read_only(h);
    assert_non_null(strstr(store_told(h->s), words));
    assert_non_null(strstr(found_in(h), words));
    assert_string_equal(values_of(h, h->s, STORE_NOW), values);
    store_close(h->s);
    shop_open(h);
    assert_non_null(strstr(store_told(h->s), words));
    assert_string_equal(values_of(h, h->s, STORE_NOW), values);
    assert_false(is_there(h->path, "-live"));
    assert_true(is_there(h->path, "-live.kept-1"));
    store_close(h->s);
}

static void a_journal_of_another_database_is_set_aside(void **state)
{
    (void)state;
    feeder f, g;
    shop one = {0}, two = {0}, *h = killed(&f, 3, &one), *i = killed(&g, 3, &two);
    shell("cp %s-live %s-live", two.path, one.path);
    told_and_kept(&one, "2 groups of live rows, commits 2 to 3, were not read: it is of another"
                        " database", "1");
    all_done(&f, h);
    all_done(&g, i);
}

static void a_journal_of_which_nothing_can_be_read_is_set_aside(void **state)
{
    (void)state;
    feeder f;
    shop copy = {0}, *h = killed(&f, 3, &copy);
    shell("head -c 4194304 /dev/urandom >%s-live", copy.path);
    told_and_kept(&copy, "nothing in it can be read; live rows acknowledged after commit 1 may be lost", "1");
    all_done(&f, h);
}

static void a_journal_that_others_have_written_past_is_set_aside(void **state)
{
    (void)state;
    feeder f, g;
    char saved[200];
    shop copy = {0}, *h = killed(&f, 3, &copy);
    snprintf(saved, sizeof saved, "%s/saved", h->folder);
    shell("mv %s-live %s", copy.path, saved); /* somebody took the file without it, and went on */
    shop_open(&copy);
    feeder_open(&g, &copy);
    send(&g, 90, 9, NULL);
    feeder_close(&g);
    store_close(copy.s);
    shell("mv %s %s-live", saved, copy.path);
    told_and_kept(&copy, "others have written here since", "1 9");
    all_done(&f, h);
}

static void an_older_copy_of_the_file_does_not_take_what_is_ahead_of_it(void **state)
{
    (void)state;
    feeder f;
    shop copy = {0}, old = {0}, *h = killed(&f, 2, &copy);
    snprintf(old.path, sizeof old.path, "%s/old.assay", h->folder);
    assert_ok(store_backup(h->s, old.path, &h->err), h->err);
    f.g->brought = 0; /* 3 takes 2 along into SQLite; 4 and 5 wait */
    send(&f, 30, 3, NULL);
    wait_for_ever(&f);
    send(&f, 40, 4, NULL);
    send(&f, 50, 5, NULL);
    shell("cp %s-live %s-live", h->path, old.path);
    told_and_kept(&old, "2 groups of live rows, commits 4 to 5, were not read: this database ends"
                        " with commit 2", "1 2");
    all_done(&f, h);
}

static void a_backup_put_back_takes_what_goes_on_behind_it(void **state)
{
    (void)state;
    feeder f;
    shop copy = {0}, old = {0}, *h = killed(&f, 3, &copy);
    snprintf(old.path, sizeof old.path, "%s/old.assay", h->folder);
    assert_ok(store_backup(h->s, old.path, &h->err), h->err);
    send(&f, 40, 4, NULL);
    shell("cp %s-live %s/new.assay-live", h->path, h->folder);
    snprintf(copy.path, sizeof copy.path, "%s/new.assay", h->folder);
    assert_ok(store_restore(old.path, copy.path, &h->err), h->err);
    shop_open(&copy);
    assert_string_equal(store_told(copy.s), "");
    assert_string_equal(values_of(&copy, copy.s, STORE_NOW), "1 2 3 4");
    assert_clean(&copy);
    store_close(copy.s);
    all_done(&f, h);
}

/* -- a crash while it is taken over ------------------------------------------------------------ */

static void what_was_taken_over_and_not_yet_removed_is_known(void **state)
{
    (void)state;
    feeder f;
    shop copy = {0}, *h = killed(&f, 3, &copy);
    shell("cp %s-live %s/saved", copy.path, h->folder);
    shop_open(&copy);
    shop_reopen(&copy);
    store_close(copy.s);
    shell("cp %s/saved %s-live", h->folder, copy.path);
    read_only(&copy);
    assert_string_equal(values_of(&copy, copy.s, STORE_NOW), "1 2 3");
    assert_string_equal(found_in(&copy), "");
    store_close(copy.s);
    shop_open(&copy);
    assert_string_equal(store_told(copy.s), "");
    assert_string_equal(values_of(&copy, copy.s, STORE_NOW), "1 2 3");
    assert_false(is_there(copy.path, "-live"));
    assert_clean(&copy);
    store_close(copy.s);
    all_done(&f, h);
}

static void a_second_name_without_a_commit_is_given_again(void **state)
{
    (void)state;
    feeder f;
    shop copy = {0}, *h = killed(&f, 4, &copy);
    damage(&copy, 1);
    shell("ln %s-live %s-live.kept-1", copy.path, copy.path);
    shop_open(&copy);
    assert_non_null(strstr(store_told(copy.s), "kept-2"));
    assert_string_equal(values_of(&copy, copy.s, STORE_NOW), "1 2 4");
    store_close(copy.s);
    all_done(&f, h);
}

/* -- the first format ---------------------------------------------------------------------------- */

/* The records as the first format has them: the hash of the one before instead of a generation, and
 * the group where the id stands now. */
static void make_first_format(const char *path)
{
    char name[300];
    uint8_t block[BLOCK];
    uint64_t before = 7, length;
    snprintf(name, sizeof name, "%s-live", path);
    FILE *file = fopen(name, "r+");
    assert_non_null(file);
    for (long at = 0; fread(block, sizeof block, 1, file) == 1 && block[8]; at += BLOCK) {
        memcpy(&length, block + 32, sizeof length);
        assert_true(length < 3000);
        block[15] = '1';
        memcpy(block + 16, &before, sizeof before);
        memmove(block + 40, block + 56, length);
        memset(block + 40 + length, 0, 16);
        before = hash64(block + 8, 32 + length);
        memcpy(block, &before, sizeof before);
        fseek(file, at, SEEK_SET);
        assert_int_equal(fwrite(block, sizeof block, 1, file), 1);
        fseek(file, at + BLOCK, SEEK_SET);
    }
    fclose(file);
}

static void a_file_of_version_7_and_its_journal_are_read_and_brought_up(void **state)
{
    (void)state;
    feeder f;
    shop copy = {0}, *h = killed(&f, 4, &copy);
    make_first_format(copy.path);
    shell("cp %s-live %s/saved", copy.path, h->folder);
    run_sql(copy.path, "PRAGMA wal_autocheckpoint=0; DROP TABLE lineage; DROP TABLE total;"
                       "DROP INDEX record_type; PRAGMA user_version=7");
    shell("cp %s/saved %s-live", h->folder, copy.path);
    read_only(&copy);
    assert_string_equal(store_told(copy.s), "");
    assert_string_equal(values_of(&copy, copy.s, STORE_NOW), "1 2 3 4");
    store_close(copy.s);
    shop_open(&copy);
    assert_string_equal(store_told(copy.s), "");
    assert_string_equal(values_of(&copy, copy.s, STORE_NOW), "1 2 3 4");
    assert_false(is_there(copy.path, "-live"));
    assert_clean(&copy);
    store_close(copy.s);
    all_done(&f, h);
}

static void the_file_says_a_version_that_programs_without_generations_refuse(void **state)
{
    (void)state;
    shop *h = shop_new();
    uint8_t head[64];
    store_close(h->s);
    FILE *file = fopen(h->path, "r");
    assert_int_equal(fread(head, sizeof head, 1, file), 1);
    fclose(file);
    assert_true(head[63] >= 8); /* user_version, big-endian, at 60 */
    shop_open(h);
    shop_free(h);
}

/* -- any damage ------------------------------------------------------------------------------------ */

enum { GROUPS = 12, FIRST = 100 };

/* Groups of 1 to 3 blocks of a journal made by hand; where each begins. */
static void make_journal(const char *path, const lineage *of, size_t place[GROUPS + 1])
{
    static uint8_t group[3 * BLOCK];
    journal *j;
    assay_err err = {0};
    assert_ok(journal_open(path, of, &j, &err), err);
    assert_non_null(j);
    place[0] = 0;
    for (int i = 0; i < GROUPS; i++) {
        size_t length = (size_t)(1 + rand() % (3 * BLOCK - 100));
        memset(group, i + 1, length);
        assert_ok(journal_add(j, (uint64_t)(FIRST + i), group, length, &err), err);
        place[i + 1] = place[i] + (56 + length + BLOCK - 1) / BLOCK * BLOCK;
    }
    journal_close(j);
}

/* Flips one byte of what hashes cover in each of some groups; tells which. */
static unsigned damage_some(const char *path, const size_t place[GROUPS + 1])
{
    char name[200];
    unsigned damaged = 0;
    snprintf(name, sizeof name, "%s-live", path);
    for (int n = rand() % 5; n > 0; n--) {
        int i = rand() % GROUPS;
        if (damaged & 1u << i)
            continue;
        flip_byte(name, (long)place[i] + rand() % 57);
        damaged |= 1u << i;
    }
    return damaged;
}

/* A reader has a beginning of it. */
static void assert_reader_agrees(const char *path, const lineage *of, uint64_t last,
                                 const journal_survey *j)
{
    journal_view v = {.fd = JOURNAL_NONE};
    journal_seen seen;
    assay_err err = {0};
    assert_ok(journal_look(&v, path, of, last, &seen, &err), err);
    assert_true(v.groups.length <= j->groups.length);
    if (v.groups.length)
        assert_memory_equal(v.groups.data, j->groups.data, v.groups.length);
    journal_view_done(&v);
}

static void whatever_is_damaged_all_else_is_read_and_losses_are_counted(void **state)
{
    (void)state;
    char path[100];
    size_t place[GROUPS + 1];
    shop *h = shop_new();
    const lineage of = {.id = {1}, .generation = 77, .taken = -1};
    snprintf(path, sizeof path, "%s/any", h->folder);
    srand(3);
    for (int round = 0; round < 60; round++) {
        journal_survey j;
        uint64_t last = (uint64_t)(FIRST - 1 + rand() % 4), number;
        make_journal(path, &of, place);
        unsigned damaged = damage_some(path, place);
        assert_ok(journal_read(path, &of, last, &j, &h->err), h->err);
        const char *group;
        size_t at = 0, length;
        uint64_t lost = 0;
        for (int i = 0, waiting = 0; i < GROUPS; i++) {
            bool is_taken = (uint64_t)(FIRST + i) <= last;
            bool is_damaged = damaged >> i & 1;
            waiting += is_damaged && !is_taken;
            if (is_damaged || is_taken)
                continue;
            assert_true(journal_next(&j.groups, &at, &number, &group, &length));
            assert_int_equal(number, FIRST + i);
            assert_int_equal((uint8_t)group[length - 1], i + 1);
            lost += (uint64_t)waiting;
            waiting = 0;
        }
        assert_false(journal_next(&j.groups, &at, &number, &group, &length));
        assert_int_equal(j.fit, JOURNAL_FITS);
        assert_int_equal(j.lost, lost);
        assert_int_equal(j.lost > 0, j.lost_bytes > 0);
        assert_reader_agrees(path, &of, last, &j);
        buf_done(&j.groups);
        journal_remove(path);
    }
    shop_free(h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_damaged_group_costs_itself_and_is_told_by_who_reads_checks_and_writes),
        cmocka_unit_test(a_backup_without_all_that_was_acknowledged_is_refused),
        cmocka_unit_test(the_first_group_may_be_the_damaged_one),
        cmocka_unit_test(a_last_group_that_is_not_whole_was_being_written),
        cmocka_unit_test(a_journal_of_another_database_is_set_aside),
        cmocka_unit_test(a_journal_of_which_nothing_can_be_read_is_set_aside),
        cmocka_unit_test(a_journal_that_others_have_written_past_is_set_aside),
        cmocka_unit_test(an_older_copy_of_the_file_does_not_take_what_is_ahead_of_it),
        cmocka_unit_test(a_backup_put_back_takes_what_goes_on_behind_it),
        cmocka_unit_test(what_was_taken_over_and_not_yet_removed_is_known),
        cmocka_unit_test(a_second_name_without_a_commit_is_given_again),
        cmocka_unit_test(a_file_of_version_7_and_its_journal_are_read_and_brought_up),
        cmocka_unit_test(the_file_says_a_version_that_programs_without_generations_refuse),
        cmocka_unit_test(whatever_is_damaged_all_else_is_read_and_losses_are_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
