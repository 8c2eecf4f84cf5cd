#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""No institution is named in the program: what they are stands in schemes/ alone. Prints TAP.

    institutions.py ... <source root>

Looked for: the ids and names of every scheme that ships (words common to many trades aside), and names of
the bodies, awards and places they come from.
"""
import pathlib
import re
import sys

BODIES = r"""quality master|명장|chief quality officer|首席质量官|최고품질책임자|\bksa\b|한국표준협회|\bkats\b|국가기술표준원|
baldrige|\bnist award|efqm|\bdeming\b|\bjuse\b|\bvda ?6|\bppap\b|\bapqp\b|\bkcsi\b|\bpcsi\b|\bqcas\b|분임조|quality circle|
질량관리소조|质量管理小组|zhangzhou|漳州|nantong|南通|jiangsu|江苏|hubei|湖北|gwangju|광주|ulsan|울산|국가품질상|
quality award|质量奖|governor's award|省长质量奖|iatf|\bmbnqa\b|\bmalcolm"""
COMMON = {"complaints", "subsidy", "audit", "suggestions", "제안", "보조금", "감사", "审计", "补助金", "合理化建议"}


def names_of(path):
    text = path.read_text(encoding="utf-8")
    name = re.search(r"^name: \{(.*)\}$", text, re.M)
    found = [re.search(r"^scheme: (\S+)$", text, re.M)[1]]
    found += [part.strip().strip('"') for part in re.findall(r"(?:ko|en|zh): (\"[^\"]*\"|[^,}]+)", name[1])]
    return [n for n in found if n.lower() not in COMMON]


def main():
    root = pathlib.Path(sys.argv[-1])
    schemes = sorted((root / "schemes").glob("*.yaml"))
    names = [n for path in schemes for n in names_of(path)]
    pattern = re.compile("|".join([re.escape(n) for n in names] + [BODIES.replace("\n", "")]), re.I)
    faults = []
    for path in sorted((root / "src").rglob("*")):
        if not path.is_file() or path.suffix in (".png", ".ico"):
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
            found = pattern.search(line)
            if found:
                faults.append(f"{path.relative_to(root)}:{number}: {found[0]}")
    enough = len(schemes) > 30 and len(names) > 90
    print("1..1")
    print("ok" if not faults and enough else "not ok", "1 - no institution is named in the program")
    for fault in faults:
        print("#", fault)
    return bool(faults) or not enough


sys.exit(main())
