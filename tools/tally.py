#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Counts the single cases of Meson test logs: each TAP line is one, a test without TAP is one.

    tally.py FIRST [SECOND_TRY]

Prints 'N passed, N failed[, N skipped]' as its last line; exit 1 if anything failed or nothing ran.
"""
import json
import re
import sys

TAP_LINE = re.compile(r"^(not )?ok\b[^#\n]*(#\s*skip)?", re.IGNORECASE | re.MULTILINE)


def count(test):
    """(passed, failed, skipped) of one Meson test."""
    cases = TAP_LINE.findall(test.get("stdout") or "")
    failed = sum(1 for bad, skip in cases if bad and not skip)
    skipped = sum(1 for _, skip in cases if skip)
    passed = len(cases) - failed - skipped
    if test["result"] in ("OK", "EXPECTEDFAIL"):
        return (passed or (not cases), failed, skipped)
    if test["result"] == "SKIP":
        return (0, 0, 1)
    return (passed, failed or 1, skipped)


def main():
    last = {}  # of a test told twice the second try counts, and is told
    for path in sys.argv[1:]:
        with open(path, encoding="utf-8") as log:
            for line in log:
                test = json.loads(line)
                if test["name"] in last:
                    print(f"# second try - {test['name']}: {last[test['name']]['result']}, then {test['result']}")
                last[test["name"]] = test
    total = [0, 0, 0]
    for test in last.values():
        result = count(test)
        total = [a + b for a, b in zip(total, result)]
        if result[1]:
            print(f"FAILED: {test['name']}")
    passed, failed, skipped = total
    print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
    return 1 if failed or not passed else 0


sys.exit(main())
