#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every reason that the statistics give for an undefined figure is in the list of src/report/reasons.def,
and every language has it. Prints TAP.

    reasons.py ... <source root>
"""
import pathlib
import re
import sys

TEXT = r'((?:"(?:[^"\\\n]|\\.)*"\s*)+)'
GIVEN = (rf'assay_figure_undefined\(\s*{TEXT}', rf'chart_undefined\(job,\s*{TEXT}',
         rf'index_undefined\(\s*{TEXT}', rf'why\w*\s*=\s*{TEXT}')
SEALED = GIVEN + (rf'doubt\(item,\s*{TEXT}', rf'_why\s*=[^;]*?[?:]\s*{TEXT}')


def joined(text):
    return "".join(re.findall(r'"((?:[^"\\\n]|\\.)*)"', text))


def texts(path, patterns):
    source = path.read_text(encoding="utf-8")
    return {joined(found) for pattern in patterns for found in re.findall(pattern, source)}


def translated(path):
    entries = re.findall(rf'^msgid {TEXT}\s*msgstr {TEXT}', path.read_text(encoding="utf-8"), re.M)
    return {joined(key) for key, value in entries if joined(value)}


def main():
    root = pathlib.Path(sys.argv[-1])
    listed = texts(root / "src/report/reasons.def", [rf'N_\(\s*{TEXT}\s*\)'])
    given = set().union(*(texts(path, GIVEN) for path in (root / "src/stat").glob("*.c")))
    families = set(re.findall(r'X\([A-Z_0-9]+, "([^"]+)", [1-9]',
                              (root / "include/assay/fit.h").read_text(encoding="utf-8")))
    sealed = set().union(*(texts(path, SEALED) for path in (root / "src/scheme").glob("evidence_*.c"))) - {""}
    checks = [("the list of reasons holds those the statistics give", given - listed, len(given) > 20),
              ("the names of distributions are all listed", families - texts(
                  root / "src/report/families.def", [rf'N_\(\s*{TEXT}\s*\)']), len(families) > 10),
              ("it holds what evidence says beside its figures", sealed - listed, len(sealed) > 10)]
    for language in ("ko", "zh_CN"):
        missing = listed - translated(root / "po" / f"{language}.po")
        checks.append((f"every reason is translated to {language}", missing, len(listed) > 20))
    print(f"1..{len(checks)}")
    for i, (name, missing, is_enough) in enumerate(checks, 1):
        good = not missing and is_enough
        print("ok" if good else "not ok", i, "-", name)
        for text in sorted(missing):
            print("# missing:", text)
    return any(missing or not enough for _, missing, enough in checks)


sys.exit(main())
