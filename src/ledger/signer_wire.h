/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The protocol of the signer's socket: one request, one answer, each with its length in front.
 *
 *     request   u32 length | u8 verb | body                    integers big-endian
 *     answer    u32 length | u8 status | body                  not ASSAY_OK: message \0 hint \0
 *
 *     verb      body                                           answer
 *     KEYS      -                                              the public keys, see wire_add_keys
 *     LAST      u8 use | origin                                u64 size | 32 bytes root
 *     TREE      u8 use | u64 old | u8 n | n hashes | text      signature line
 *     PROOF     64 bytes                                       64 bytes
 *     RSA       32 bytes, SHA-256                              signature */
#ifndef LEDGER_SIGNER_WIRE_H
#define LEDGER_SIGNER_WIRE_H

#include "ledger/signer_core.h"

enum { WIRE_MAX = 16384, WIRE_HEAD = 5 };
typedef enum { WIRE_KEYS = 1, WIRE_LAST, WIRE_TREE, WIRE_PROOF, WIRE_RSA } wire_verb;

/* The answer to one request, with its head; never fails but for memory (then out->failed). */
void wire_answer(signer_core *c, const uint8_t *request, size_t length, buf *out);

void wire_begin(buf *out, uint8_t what); /* room for the length, then the verb or status */
void wire_end(buf *out);                 /* fill the length in */
void wire_u64(buf *out, uint64_t value);
uint64_t wire_u64_at(const uint8_t *bytes);
uint32_t wire_u32_at(const uint8_t *bytes);
void wire_add_keys(buf *out, const signer_public *p);
bool wire_read_keys(const uint8_t *bytes, size_t length, signer_public *out);

/* Read one message from a socket: its first byte behind the length goes to *what, the rest to
 * `body`. False: end, error, or longer than WIRE_MAX. */
bool wire_receive(int fd, uint8_t *what, buf *body);
bool wire_send(int fd, const buf *message);

#endif
