#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""compare_a.py OURS EXPECTED ASSAY DATA: work A's answers against those from exact integer sums.

The expected table takes d2 = 2.326 as the peers do; ours is exact (2.325929), so Cp and Cpk are
compared after that factor. Where rule counts differ, the characteristic is charted once more with
the peers' sigma. What may remain is one count of rules 5 and 6: the peers let two of the first two
points signal, here k of m needs m points.
"""
import csv
import subprocess
import sys

D2, D2_PEERS = 2.325928947281039, 2.326
RULES = range(1, 9)


def with_peers_sigma(assay, data, mine):
    """Rule counts of one characteristic when sigma is Rbar / 2.326."""
    sigma = float(mine["spread_center"]) / D2_PEERS
    out = subprocess.run([assay, "capability", data, mine["characteristic"], "-n", "5", "--csv", "--center",
                          mine["center"], "--std-dev", repr(sigma)], capture_output=True, text=True, check=False)
    row = next(csv.DictReader(out.stdout.splitlines()))
    return [int(row[f"rule_{rule}"]) for rule in RULES]


def main():
    ours = {row["characteristic"]: row for row in csv.DictReader(open(sys.argv[1], encoding="utf-8"))}
    names = {"xbarbar": "center", "rbar": "spread_center", "sd": "sd_overall", "pp": "pp", "ppk": "ppk"}
    worst, equal, by_d2, by_start, wrong = 0.0, 0, 0, 0, []
    for row in csv.DictReader(open(sys.argv[2], encoding="utf-8")):
        mine = ours[row["characteristic"]]
        worst = max([worst] + [abs(float(mine[name]) - float(row[theirs])) for theirs, name in names.items()]
                    + [abs(float(mine[name]) * D2_PEERS / D2 - float(row[name])) for name in ("cp", "cpk")])
        expected = [int(row[f"r{rule}"]) for rule in RULES]
        if [int(mine[f"rule_{rule}"]) for rule in RULES] == expected:
            equal += 1
            continue
        off = [b - a for a, b in zip(with_peers_sigma(sys.argv[3], sys.argv[4], mine), expected)]
        if not any(off):
            by_d2 += 1
        elif not any(off[:4] + off[6:]) and max(off) == 1 and min(off) >= 0:
            by_start += 1
        else:
            wrong.append(row["characteristic"])
    print(f"  answers: largest difference {worst:.1g} (the table has six decimals); rule counts equal for {equal}"
          f" characteristics, for {by_d2} more with the peers' d2 of 2.326, for {by_start} but for a short start, wrong for"
          f" {len(wrong)} {wrong[:5]}")
    return worst > 6e-7 or bool(wrong)


sys.exit(main())
