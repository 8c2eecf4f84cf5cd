#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Proves the floors: no file includes upward, and only doors are opened from outside.

A file may include headers of its own folder, anything in base/, the public headers <assay/...>
(from num up), and the doors of lower floors. Folders on the same floor do not know each other.
A folder's doors are its headers named in DOORS. Prints TAP.
"""
import pathlib
import re
import sys

FLOOR = {"base": 0, "num": 1, "model": 1, "read": 2, "store": 2, "stat": 2, "ledger": 2,
         "signal": 3, "people": 3, "notary": 3, "scheme": 4, "report": 5, "live": 6, "serve": 7, "cli": 8}
DOORS = {"model": {"measurement.h", "dictionary.h", "characteristic.h", "property.h"},
         "num": None, "read": {"read.h", "control_plan.h", "sheet.h", "write.h", "feed.h", "gauge.h", "mtconnect.h", "ndjson_scan.h", "spb.h", "workbook.h"}, "store": {"store.h"}, "stat": {"stat.h"},
         "people": {"people.h"},
         "ledger": {"merkle.h", "note.h", "checkpoint.h", "tile.h", "receipt.h", "entry.h",
                    "signer.h", "durable.h", "log.h", "log_read.h", "policy.h", "witness.h", "verify.h", "signer_serve.h",
                    "badge.h", "base58.h", "did.h", "jwt.h", "multikey.h", "status_list.h", "vc.h", "vc_proof.h", "vc_shelf.h", "vc_verify.h"},
         "notary": {"notary.h", "credential.h", "vc_web.h"},
         "signal": {"signal.h", "alarm.h", "analysis.h", "budget.h", "factor.h", "limits.h", "pairs.h", "series.h"}, "report": {"report.h", "certificate.h", "credential_answer.h", "credential_zip.h", "gauge_answer.h", "term.h", "answer.h", "describe.h", "evidence.h", "minutes.h",
                    "canvas.h", "plot.h", "view.h", "story.h"},
         "scheme": {"scheme.h", "value.h", "expr.h", "tally.h", "gate.h", "exam.h", "show.h", "tell.h", "simulate.h", "tell.h",
                    "case.h", "case_evidence.h", "case_file.h", "case_public.h", "file_type.h", "meeting.h", "round.h", "sitting.h",
                    "title.h", "party.h", "evidence.h"},
         "live": {"live.h", "channel.h", "bus.h", "catalog.h", "door.h", "engine.h", "intake.h", "loop.h",
                  "source_try.h", "sources.h"}, "serve": {"serve.h"}}
PURE = {"num", "stat"}  # libassay: besides each other only base/err.h, through <assay/err.h>


def fault(folder, header):
    if header.startswith("assay/"):
        return None
    target, _, name = header.partition("/")
    if target == folder:
        return None
    if target not in FLOOR:
        return f"unknown floor {target!r}"
    if folder in PURE and target not in PURE:
        return f"{folder} stands alone and must not know {target}"
    if target == "base":
        return None
    if FLOOR[target] >= FLOOR[folder]:
        return f"{target} (floor {FLOOR[target]}) is not below {folder} (floor {FLOOR[folder]})"
    doors = DOORS.get(target)
    if doors is not None and name not in doors:
        return f"{header} is private to {target}"
    return None


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".")
    files = sorted((root / "src").glob("*/*.[ch]"))
    faults = []
    for path in files:
        folder = path.parent.name
        for number, line in enumerate(path.read_text().splitlines(), 1):
            found = re.match(r'\s*#\s*include\s+["<]([a-z_0-9]+/[^">]+)[">]', line)
            if not found or found[1].split("/")[0] not in FLOOR and not found[1].startswith("assay/"):
                continue
            wrong = fault(folder, found[1])
            if wrong:
                faults.append(f"{path.relative_to(root)}:{number}: {wrong}")
    print("1..1")
    for line in faults:
        print("#", line)
    print("not ok" if faults else "ok", "1 - no file includes upward")
    return bool(faults)


sys.exit(main())
