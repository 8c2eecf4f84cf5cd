/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One connection to the database file: prepared statements by name, errors in our words.
 *
 * The writing connection is the only one that checkpoints. Readers never do, not even on close:
 * SQLite before 3.51.3 can lose pages when two connections reset the write-ahead log at once.
 */
#ifndef STORE_CONNECTION_H
#define STORE_CONNECTION_H

#include "store/chunk.h"
#include "store/journal.h"
#include "store/rows.h"

#include <sqlite3.h>

#define RECORD_WHOLE                                                                               \
    "SELECT sequence, \"commit\", time, r.id, object, type, actor, commitment, salt, sealed, key," \
    " form, p.id, earlier FROM record r LEFT JOIN payload USING (sequence)"                        \
    " LEFT JOIN payload_key USING (sequence) LEFT JOIN correction USING (sequence)"                \
    " LEFT JOIN pseudonym p ON p.code = actor"
#define RECORD_HEAD                                                                                \
    "SELECT sequence, \"commit\", time, r.id, object, type, actor, commitment, NULL, NULL, NULL,"  \
    " 0, p.id, earlier FROM record r LEFT JOIN correction USING (sequence)"                        \
    " LEFT JOIN pseudonym p ON p.code = actor"

/* Every statement of the store, prepared on first use. */
#define SQL_LIST(X)                                                                                \
    X(BEGIN, "BEGIN IMMEDIATE")                                                                    \
    X(BEGIN_READ, "BEGIN")                                                                         \
    X(COMMIT, "COMMIT")                                                                            \
    X(ROLLBACK, "ROLLBACK")                                                                        \
    X(COMMIT_LOGGED, "SELECT coalesce(max(number), 0) FROM commit_log")                            \
    X(COMMIT_KEEP, "INSERT OR IGNORE INTO commit_log (number, time) VALUES (?, ?)")                \
    X(LINEAGE_GET, "SELECT id, generation, taken FROM lineage")                                    \
    X(LINEAGE_SET, "UPDATE lineage SET generation = ?, taken = ?")                                 \
    X(LIVE_ENDS, "SELECT (SELECT min(number) FROM live), (SELECT max(number) FROM live),"          \
                 " coalesce((SELECT max(number) FROM commit_log), 0)")                             \
    X(LIVE_FROM, "SELECT number, data FROM live WHERE number > ? ORDER BY number")                 \
    X(LIVE_ADD, "INSERT INTO live (number, data) VALUES (?, ?)")                                   \
    X(LIVE_DROP, "DELETE FROM live")                                                               \
    X(ACCOUNT_ADD, "INSERT INTO account VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"                        \
                   " ON CONFLICT (source) DO UPDATE SET received = received + excluded.received,"  \
                   " stored = stored + excluded.stored,"                                           \
                   " duplicates = duplicates + excluded.duplicates,"                               \
                   " conflicts = conflicts + excluded.conflicts,"                                  \
                   " refused = refused + excluded.refused, late = late + excluded.late,"           \
                   " doubtful = doubtful + excluded.doubtful,"                                     \
                   " last_time = max(last_time, excluded.last_time)")                              \
    X(ACCOUNT_OF, "SELECT count(*) FROM account WHERE source = ?")                                 \
    X(ACCOUNT_ALL, "SELECT * FROM account ORDER BY source")                                        \
    X(REFUSAL_ADD, "INSERT INTO refusal VALUES (?, ?, ?, ?, ?, ?, ?)"                              \
                   " ON CONFLICT (source, reason) DO UPDATE SET remedy = excluded.remedy,"         \
                   " example = excluded.example, count = count + excluded.count,"                  \
                   " last_time = max(last_time, excluded.last_time)")                              \
    X(REFUSAL_OF, "SELECT reason, remedy, example, count, first_time, last_time FROM refusal"      \
                  " WHERE source = ? ORDER BY reason")                                             \
    X(MEMORY_SET, "INSERT OR REPLACE INTO remembered (source, key, value) VALUES (?, ?, ?)")       \
    X(MEMORY_DROP, "DELETE FROM remembered WHERE source = ? AND key = ?")                          \
    X(MEMORY_GET, "SELECT value FROM remembered WHERE source = ? AND key = ?")                     \
    X(MEMORY_ALL, "SELECT key, value FROM remembered WHERE source = ? ORDER BY key")               \
    X(MOVING_ALL, "SELECT batch, characteristic FROM moving ORDER BY batch")                       \
    X(MOVING_SET, "INSERT OR REPLACE INTO moving (batch, characteristic) VALUES (?, ?)")           \
    X(MOVING_DROP, "DELETE FROM moving")                                                           \
    X(COMMIT_ADD, "INSERT INTO commit_log (number, time, import) VALUES (?, ?, ?)")                \
    X(TEXT_ALL, "SELECT code, text FROM text WHERE kind = ? AND code > ? ORDER BY code")           \
    X(TEXT_ADD, "INSERT INTO text (kind, code, text) VALUES (?, ?, ?)")                            \
    X(PERSON_ALL, "SELECT code, name FROM person WHERE code > ? ORDER BY code")                    \
    X(PERSON_ADD, "INSERT INTO person (code, name) VALUES (?, ?)")                                 \
    X(PSEUDONYM_ADD, "INSERT INTO pseudonym (code, id) VALUES (?, ?)")                             \
    X(PSEUDONYM_SET, "UPDATE pseudonym SET id = ? WHERE code = ?")                                 \
    X(PSEUDONYM_FIND, "SELECT code FROM pseudonym WHERE id = ?")                                   \
    X(RECORD_RESTORE, "INSERT INTO record (sequence, \"commit\", time, id, object, type, actor,"   \
                      " commitment) VALUES (?, ?, ?, ?, ?, ?, ?, ?)")                              \
    X(PERSON_GONE, "SELECT code FROM person WHERE name IS NULL")                                   \
    X(PERSON_ERASE, "UPDATE person SET name = NULL WHERE code = ?")                                \
    X(CHARACTERISTIC_ADD, "INSERT INTO characteristic (number, id, path, leaf, definition, import)" \
                          " VALUES (?, ?, ?, ?, ?, ?)")                                            \
    X(CHARACTERISTIC_SET, "UPDATE characteristic SET path = ?2, leaf = ?3, definition = ?4"        \
                          " WHERE number = ?1")                                                    \
    X(CHARACTERISTIC_AT, "SELECT number, id, path, definition, import FROM characteristic"         \
                         " WHERE number = ?")                                                      \
    X(CHARACTERISTIC_SEEN, "SELECT 1 FROM characteristic WHERE number = ? AND import IS NULL")     \
    X(CHARACTERISTIC_BY_PATH, "SELECT number FROM characteristic WHERE path = ?1"                  \
                              " AND (import IS NULL OR import = ?2)")                              \
    X(CHARACTERISTIC_BY_LEAF, "SELECT number FROM characteristic WHERE leaf = ?"                   \
                              " AND import IS NULL LIMIT 2")                                       \
    X(CHARACTERISTIC_BY_ID, "SELECT number FROM characteristic WHERE id = ? AND import IS NULL")   \
    X(CHARACTERISTIC_MAX, "SELECT coalesce(max(number), 0) FROM characteristic")                   \
    X(CHARACTERISTIC_COUNT, "SELECT coalesce(max(number), 0) FROM characteristic"                  \
                            " WHERE import IS NULL")                                               \
    X(CHARACTERISTIC_OF_IMPORT, "SELECT number, id, definition FROM characteristic"                \
                                " WHERE import = ? ORDER BY number")                               \
    X(CHARACTERISTIC_SHOW, "UPDATE characteristic SET import = NULL WHERE import = ?")             \
    X(CHARACTERISTIC_HIDDEN, "SELECT number FROM characteristic WHERE path = ?"                    \
                             " AND import IS NOT NULL")                                            \
    X(CHARACTERISTIC_SHOW_ONE, "UPDATE characteristic SET import = NULL WHERE number = ?")         \
    X(CHARACTERISTIC_DROP, "DELETE FROM characteristic WHERE import = ?")                          \
    X(REFERENCE_GET, "SELECT reference, exponent FROM characteristic WHERE number = ?")            \
    X(REFERENCE_SET, "UPDATE characteristic SET reference = ?2, exponent = ?3 WHERE number = ?1"   \
                     " AND reference IS NULL")                                                     \
    X(CHANGE_ADD, "INSERT OR REPLACE INTO change (import, characteristic, definition)"             \
                  " VALUES (?, ?, ?)")                                                             \
    X(CHANGE_ALL, "SELECT characteristic, definition FROM change WHERE import = ?"                 \
                  " ORDER BY characteristic")                                                      \
    X(CHANGE_OF, "SELECT definition FROM change WHERE import = ? AND characteristic = ?")          \
    X(CHANGE_DROP, "DELETE FROM change WHERE import = ?")                                          \
    X(IMPORT_ADD, "INSERT INTO import (id, source, content, label, actor, base) "                  \
                  "VALUES (?, ?, ?, ?, ?, ?)")                                                     \
    X(IMPORT_PENDING, "SELECT id, source, content, base, \"offset\", record, received, note"        \
                      " FROM import WHERE \"commit\" IS NULL")                                     \
    X(IMPORT_PROGRESS, "UPDATE import SET \"offset\" = ?2, record = ?3, received = ?4,"            \
                       " note = ?5 WHERE id = ?1")                                                 \
    X(IMPORT_FINISH, "UPDATE import SET \"commit\" = ?2, stored = ?3, duplicates = ?4,"            \
                     " conflicts = ?5 WHERE id = ?1")                                              \
    X(IMPORT_DROP, "DELETE FROM import WHERE id = ?")                                              \
    X(IMPORT_ALL, "SELECT id, source, \"commit\", content FROM import WHERE id > ? ORDER BY id")   \
    X(IMPORT_UNFINISHED, "SELECT coalesce(max(id), 0) FROM import WHERE \"commit\" IS NULL")       \
    X(IMPORT_MAX, "SELECT coalesce(max(id), 0) FROM import")                                       \
    X(IMPORT_LAST_DATA, "SELECT coalesce(max(\"commit\"), 0) FROM import")                         \
    X(BATCH_ADD, "INSERT INTO batch (import, directory, data) VALUES (?, ?, ?)")                   \
    X(BATCH_ALL, "SELECT id, import, directory FROM batch WHERE id > ? ORDER BY id")               \
    X(BATCH_IDS, "SELECT id FROM batch ORDER BY id")                                               \
    X(BATCH_HAS, "SELECT count(*) FROM batch WHERE id = ?")                                        \
    X(BATCH_STATE, "SELECT count(*), coalesce(max(id), 0) FROM batch")                             \
    X(BATCH_DROP, "DELETE FROM batch WHERE id = ?")                                                \
    X(BATCH_DROP_IMPORT, "DELETE FROM batch WHERE import = ?")                                     \
    X(VOID_ADD, "INSERT INTO void (batch, characteristic) VALUES (?, ?)")                          \
    X(VOID_ALL, "SELECT characteristic FROM void WHERE batch = ? ORDER BY characteristic")         \
    X(VOID_ANY, "SELECT 1 FROM void LIMIT 1")                                                      \
    X(VOID_DROP, "DELETE FROM void WHERE batch = ?")                                               \
    X(CHUNK_ADD, "INSERT INTO chunk (characteristic, first_time, tie, id, last_time, n, flags,"    \
                 " first_import, last_import, summary) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")     \
    X(CHUNK_FROM, "SELECT first_time, tie, id, last_time, n, flags, first_import, last_import,"    \
                  " summary FROM chunk WHERE characteristic = ?1 AND first_time >= ?2"             \
                  " AND first_time < ?3 ORDER BY first_time, tie")                                 \
    X(CHUNK_TO, "SELECT first_time, tie, id, last_time, n, flags, first_import, last_import,"      \
                " summary FROM chunk WHERE characteristic = ?1 AND first_time < ?2"                \
                " ORDER BY first_time DESC, tie DESC")                                             \
    X(CHUNK_LAST, "SELECT max(last_time) FROM (SELECT last_time FROM chunk WHERE"                  \
                  " characteristic = ? ORDER BY first_time DESC, tie DESC LIMIT 1)")               \
    X(CHUNK_MAX_ID, "SELECT coalesce(max(id), 0) FROM chunk_values")                               \
    X(CHUNK_DROP, "DELETE FROM chunk WHERE characteristic = ? AND first_time = ? AND tie = ?"      \
                  " RETURNING summary")                                                            \
    X(TOTAL_GET, "SELECT summary FROM total WHERE characteristic = ?")                             \
    X(TOTAL_SET, "INSERT OR REPLACE INTO total (characteristic, summary) VALUES (?, ?)")           \
    X(TOTAL_ALL, "SELECT characteristic, summary FROM total ORDER BY characteristic")              \
    X(TOTAL_AHEAD, "SELECT characteristic, summary FROM total t WHERE characteristic >= ?1"        \
                   " AND characteristic < ?2 AND NOT EXISTS (SELECT 1 FROM batch) AND NOT EXISTS"  \
                   " (SELECT 1 FROM amendment a WHERE a.characteristic = t.characteristic)")       \
    X(CHUNK_ALL, "SELECT characteristic, first_time, tie, id, last_time, n, flags, first_import,"  \
                 " last_import, summary FROM chunk ORDER BY characteristic, first_time, tie")      \
    X(VALUES_GET, "SELECT data FROM chunk_values WHERE id = ?")                                    \
    X(TIMES_GET, "SELECT data FROM chunk_times WHERE id = ?")                                      \
    X(COLUMNS_GET, "SELECT data FROM chunk_columns WHERE id = ?")                                  \
    X(TEXTS_GET, "SELECT data FROM chunk_texts WHERE id = ?")                                      \
    X(VALUES_ADD, "INSERT INTO chunk_values (id, data) VALUES (?, ?)")                             \
    X(TIMES_ADD, "INSERT INTO chunk_times (id, data) VALUES (?, ?)")                               \
    X(COLUMNS_ADD, "INSERT INTO chunk_columns (id, data) VALUES (?, ?)")                           \
    X(TEXTS_ADD, "INSERT INTO chunk_texts (id, data) VALUES (?, ?)")                               \
    X(VALUES_DROP, "DELETE FROM chunk_values WHERE id = ?")                                        \
    X(TIMES_DROP, "DELETE FROM chunk_times WHERE id = ?")                                          \
    X(COLUMNS_DROP, "DELETE FROM chunk_columns WHERE id = ?")                                      \
    X(TEXTS_DROP, "DELETE FROM chunk_texts WHERE id = ?")                                          \
    X(RECORD_LAST, "SELECT coalesce(max(sequence), 0) FROM record")                                \
    X(RECORD_ADD, "INSERT INTO record (sequence, \"commit\", time, id, object, type, actor,"       \
                  " commitment) VALUES (?, ?, ?, ?, ?, ?, ?, ?)")                                  \
    X(PAYLOAD_ADD, "INSERT INTO payload (sequence, sealed) VALUES (?, ?)")                         \
    X(PAYLOAD_DROP, "DELETE FROM payload WHERE sequence = ?")                                      \
    X(PAYLOAD_KEY_ADD, "INSERT INTO payload_key (sequence, key, salt, form)"                       \
                       " VALUES (?, ?, ?, ?)")                                                     \
    X(PAYLOAD_KEY_DROP, "DELETE FROM payload_key WHERE sequence = ?")                              \
    X(PAYLOAD_STRAY, "SELECT sequence FROM payload WHERE sequence NOT IN (SELECT sequence FROM"    \
                     " payload_key) UNION SELECT sequence FROM payload_key WHERE sequence NOT IN"  \
                     " (SELECT sequence FROM payload) UNION SELECT sequence FROM payload WHERE"    \
                     " sequence NOT IN (SELECT sequence FROM record)")                             \
    X(CORRECTION_ADD, "INSERT INTO correction (sequence, earlier) VALUES (?, ?)")                  \
    X(RECORD_FROM, RECORD_WHOLE " WHERE sequence >= ?1 ORDER BY sequence")                         \
    X(RECORD_FROM_TYPE, RECORD_WHOLE " WHERE type = ?2 AND sequence >= ?1 ORDER BY sequence")      \
    X(RECORD_HEADS, RECORD_HEAD " WHERE sequence >= ?1 ORDER BY sequence")                         \
    X(RECORD_HEADS_TYPE, RECORD_HEAD " WHERE type = ?2 AND sequence >= ?1 ORDER BY sequence")      \
    X(RECORD_BEFORE, "SELECT coalesce((SELECT sequence FROM record WHERE type = ?"                 \
                     " AND sequence < ? ORDER BY sequence DESC LIMIT 1 OFFSET ?), 1)")             \
    X(AMENDMENT_ADD, "INSERT INTO amendment (characteristic, time, serial, origin, occurrence,"    \
                     " action, mantissa, exponent, decimals, \"commit\", record)"                  \
                     " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")                                  \
    X(AMENDMENT_OF, "SELECT time, serial, origin, occurrence, action, mantissa, exponent,"         \
                    " decimals, \"commit\" FROM amendment WHERE characteristic = ?1"               \
                    " AND \"commit\" <= ?2 ORDER BY id")                                           \
    X(CONFLICT_ADD, "INSERT INTO conflict (characteristic, time, serial, origin, occurrence,"      \
                    " import, mantissa, exponent, decimals, status, size)"                         \
                    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")                                   \
    X(CONFLICT_OPEN, "SELECT c.id, characteristic, time, serial, origin, occurrence, import,"      \
                     " mantissa, exponent, decimals, status FROM conflict c LEFT JOIN import i"    \
                     " ON i.id = c.import WHERE decided IS NULL AND (i.\"commit\" IS NOT NULL"     \
                     " OR c.import >= 1 << 62) AND c.id >= ?1 ORDER BY c.id")                                              \
    X(CONFLICT_DECIDE, "UPDATE conflict SET decided = ?2 WHERE id = ?1 AND decided IS NULL")       \
    X(CONFLICT_LEFT, "SELECT count(*) FROM conflict WHERE characteristic = ? AND time = ?"         \
                     " AND serial = ? AND origin = ? AND occurrence = ? AND decided IS NULL")      \
    X(CONFLICT_SAME, "SELECT count(*) FROM conflict WHERE characteristic = ? AND time = ?"         \
                     " AND serial = ? AND origin = ? AND occurrence = ? AND mantissa = ?"          \
                     " AND exponent = ? AND status & 7 = ?")                                                          \
    X(CHART_SET, "INSERT INTO chart (id, characteristic, name, definition) VALUES (?, ?, ?, ?)"    \
                 " ON CONFLICT (id) DO UPDATE SET definition = excluded.definition")               \
    X(CHART_FIND, "SELECT id, definition, limits FROM chart WHERE characteristic = ? AND name = ?") \
    X(CHART_LIMITS, "UPDATE chart SET limits = ?2 WHERE id = ?1")                                  \
    X(CHART_ALL, "SELECT id, characteristic, name, definition, limits FROM chart"                  \
                 " WHERE ?1 = 0 OR characteristic = ?1 ORDER BY characteristic, name")             \
    X(DOCUMENT_GET, "SELECT id, json, secret, version, time FROM document"                         \
                    " LEFT JOIN secret USING (kind, id) WHERE kind = ? AND id = ?")                \
    X(DOCUMENT_ALL, "SELECT id, json, secret, version, time FROM document"                         \
                    " LEFT JOIN secret USING (kind, id) WHERE kind = ? AND id > ?"                 \
                    " AND json IS NOT NULL ORDER BY id LIMIT ?")                                   \
    X(DOCUMENT_SET, "INSERT INTO document (kind, id, json, version, time) VALUES (?, ?, ?, ?, ?)"  \
                    " ON CONFLICT (kind, id) DO UPDATE SET json = excluded.json,"                  \
                    " version = excluded.version, time = excluded.time")                           \
    X(DOCUMENT_EVERY, "SELECT kind, id, json, version FROM document ORDER BY kind, id")            \
    X(DOCUMENT_DROP, "DELETE FROM document WHERE kind = ? AND id = ?")                             \
    X(SECRET_SET, "INSERT OR REPLACE INTO secret (kind, id, secret) VALUES (?, ?, ?)")             \
    X(SECRET_DROP, "DELETE FROM secret WHERE kind = ? AND id = ?")                                 \
    X(SECRET_STRAY, "SELECT kind, id FROM secret LEFT JOIN document USING (kind, id)"              \
                    " WHERE json IS NULL")                                                         \
    X(RECORD_OF, "SELECT sequence, \"commit\", time, id, object, type, actor, commitment, salt,"   \
                 " sealed, key, form FROM record LEFT JOIN payload USING (sequence)"                     \
                 " LEFT JOIN payload_key USING (sequence)"                                         \
                 " WHERE object = ?1 AND sequence >= ?2 ORDER BY sequence")                        \
    X(LIST_FIND, "SELECT id, n FROM list WHERE name = ?")                                          \
    X(LIST_ADD, "INSERT INTO list (name, n) VALUES (?, 0)")                                        \
    X(LIST_COUNT, "UPDATE list SET n = n + ?2 WHERE id = ?1")                                      \
    X(LIST_UNDER, "SELECT name, n FROM list WHERE name >= ?1 AND name < ?2 AND n > 0"              \
                  " ORDER BY name")                                                                \
    X(ENTRY_FIND, "SELECT number, row, places FROM entry WHERE kind = ? AND object = ?")           \
    X(STATE_FORGET, "DELETE FROM entry WHERE kind = '" STORE_STATE "' AND object ="                \
                    " (SELECT object FROM record WHERE sequence = ?)")                             \
    X(ENTRY_ADD, "INSERT INTO entry (kind, object, row, places) VALUES (?, ?, ?, ?)")              \
    X(ENTRY_SET, "UPDATE entry SET row = ?2, places = ?3 WHERE number = ?1")                       \
    X(ENTRY_DROP, "DELETE FROM entry WHERE number = ?")                                            \
    X(ENTRY_FROM, "SELECT number, object, places FROM entry WHERE kind = ?1 AND object > ?2"       \
                  " ORDER BY object LIMIT 1000")                                                   \
    X(ENTRY_ALL, "SELECT number, kind, object, row, places FROM entry ORDER BY number")            \
    X(PLACE_ADD, "INSERT INTO place (list, sort, entry) VALUES (?, ?, ?)")                         \
    X(PLACE_DROP, "DELETE FROM place WHERE list = ? AND sort = ? AND entry = ?")                   \
    X(PLACE_HAS, "SELECT count(*) FROM place WHERE list = ? AND sort = ? AND entry = ?")           \
    X(PLACE_COUNTS, "SELECT name, n, (SELECT count(*) FROM place WHERE list = id) FROM list")      \
    X(PAGE_UP, "SELECT sort, number, kind, object, row FROM place JOIN entry ON number = entry"    \
               " WHERE list = ?1 AND (sort, entry) > (?2, ?3) AND sort < ?4"                       \
               " ORDER BY sort, entry LIMIT ?5")                                                   \
    X(PAGE_DOWN, "SELECT sort, number, kind, object, row FROM place JOIN entry ON number = entry"  \
                 " WHERE list = ?1 AND (sort, entry) < (?2, ?3) AND sort >= ?4"                    \
                 " ORDER BY sort DESC, entry DESC LIMIT ?5")                                       \
    X(FILE_ADD, "INSERT INTO file (id, object, owner, state, parts, bytes, time, about)"           \
                " VALUES (?, ?, ?, 0, 0, 0, ?, '')")                                               \
    X(FILE_GET, "SELECT number, object, owner, state, parts, bytes, time, about FROM file"         \
                " WHERE id = ?")                                                                   \
    X(FILE_GROW, "UPDATE file SET parts = parts + 1, bytes = bytes + ?2 WHERE number = ?1")        \
    X(FILE_SET, "UPDATE file SET state = ?2, about = ?3 WHERE number = ?1")                        \
    X(FILE_DROP, "DELETE FROM file WHERE number = ?")                                              \
    X(FILE_OF_OWNER, "SELECT number FROM file WHERE owner = ? AND state < 3")                      \
    X(FILE_LOOSE, "SELECT number FROM file WHERE state < 2 AND time < ? ORDER BY time LIMIT 2")  \
    X(FILE_TALLY, "SELECT count(*), coalesce(sum(bytes), 0), coalesce(sum(state < 2), 0)"          \
                  " FROM file WHERE object = ? AND state < 3")                                     \
    X(FILE_ALL, "SELECT number, id, state, parts, bytes FROM file ORDER BY number")                \
    X(FILE_PART_ADD, "INSERT INTO file_part (id, sum, data) VALUES (?, ?, ?)")                     \
    X(FILE_PART_GET, "SELECT sum, data FROM file_part WHERE id = ?")                               \
    X(FILE_PART_DROP, "DELETE FROM file_part WHERE id >= ?1 AND id < ?2")                          \
    X(FILE_PART_STRAY, "SELECT count(*) FROM file_part WHERE id >> 10 NOT IN"                      \
                       " (SELECT number FROM file)")

typedef enum {
#define X(code, text) SQL_##code,
    SQL_LIST(X)
#undef X
        SQL_COUNT
} sql;

typedef struct connection {
    sqlite3 *db;
    sqlite3_stmt *statement[SQL_COUNT];
    chunk_codec *codec;
    char *path;
    sqlite3_blob *blob; /* of the batch last read from */
    uint64_t blob_batch, blob_offset;
    buf piece; /* one piece of it */
    rows lone, tail; /* memory of the merge and the cursor before, for the next */
    struct live *live; /* groups that no batch holds yet, as far as this connection knows */
    struct {
        bool is_fixed; /* of a transaction that reads */
        uint64_t first, last; /* groups in the table; 0: none */
        uint64_t newest;      /* commit, of SQLite or of the journal */
    } view;
    journal_view journal;
    lineage of; /* of the file, as last read */
    int log_pages, log_tried; /* of the write-ahead log: by the last commit, at the last checkpoint */
    bool has_secrets; /* the log: what was erased may still stand in it */
    struct connection *next;
} connection;

/* is_writer: may write and checkpoints; made if is_created. */
ASSAY_MUST_USE assay_status connection_open(const char *path, bool is_writer, bool is_created,
                                            connection **out, assay_err *err);
void connection_close(connection *c);
/* Move the log into the file once it grew by `pages` since the last time; 0: all of it, now. Readers
 * in older snapshots keep it from starting anew: one that grew to eight times that waits for them,
 * for a moment. One that holds what was erased is emptied as soon as no reader needs it. */
void connection_checkpoint(connection *c, int pages);
/* Make the log's file as long as `pages` need, if it is shorter and there is ample room: while a file
 * grows, each fdatasync waits for the file system's own journal too (0.9 against 0.3 ms). Zeros
 * behind the last frame are no frame, as what an earlier round left there is none. */
void connection_stretch_log(connection *c, int pages);
/* Let go of rows and blobs still open, so that a transaction can end. */
void connection_rest(connection *c);

/* The error of the last call on `c`, in our words. */
assay_status connection_fail(connection *c, assay_err *err, const char *doing);
ASSAY_MUST_USE assay_status connection_exec(connection *c, const char *text, assay_err *err);

/* A statement, reset and unbound; NULL when it cannot be prepared (damaged schema). */
sqlite3_stmt *statement(connection *c, sql which);
/* Run to the end and reset. */
ASSAY_MUST_USE assay_status statement_run(connection *c, sql which, assay_err *err);
/* One step: 1 a row, 0 the end, -1 an error (filled). Reset it when done with the row. */
int statement_step(connection *c, sql which, assay_err *err);
void statement_reset(connection *c, sql which);
/* The first column of the first row as a number; `otherwise` when there is none. */
ASSAY_MUST_USE assay_status statement_number(connection *c, sql which, int64_t *out,
                                             assay_err *err);
ASSAY_MUST_USE assay_status statement_simple(connection *c, sql which, assay_err *err);

/* Whose the file is now: into c->of. */
ASSAY_MUST_USE assay_status lineage_read(connection *c, assay_err *err);
/* In a transaction: generation and what was taken over; the id stays. */
ASSAY_MUST_USE assay_status lineage_write(connection *c, const lineage *of, assay_err *err);

/* Creates the tables or brings an older file up; refuses a newer one and a stranger. */
ASSAY_MUST_USE assay_status schema_prepare(connection *c, bool is_writer, bool is_created,
                                           assay_err *err);

#endif
