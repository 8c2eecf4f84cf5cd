#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The circle contest: heats, national round, five judges, medals. Prints TAP."""
import json
import pathlib
import subprocess
import sys

import circle_data
from drive import ROOT, play, same
from walk import Walk

TEAMS = {f"team{i}": {"division": "field", "size": "mid"} for i in range(1, 7)}


def contest(d, points):
    """points: {team: [five totals]} of the national round; heats are all alike."""
    w = Walk(d, "kr-contest")
    w.party = {"circle_work": ""}
    order = ["theme_fit", "plan_and_countermeasures", "way_of_working", "results", "techniques"]
    most = {"theme_fit": 15, "plan_and_countermeasures": 25, "way_of_working": 15, "results": 30, "techniques": 15}

    def sheet(account, judge):
        left, out = points[account.replace("_speaker", "")][int(judge[-1]) - 1], {}
        for k in order:
            out[k] = str(min(left, most[k]))
            left -= min(left, most[k])
        return out
    w.scores = {"final": sheet}
    return w


def five_judges_without_the_highest_and_the_lowest_give_thirds_of_medals(d):
    work = circle_data.finished(d)
    points = {"team1": [88, 91, 79, 85, 90], "team2": [80, 80, 80, 80, 80], "team3": [70, 75, 99, 72, 20],
              "team4": [60, 61, 62, 63, 64], "team5": [50, 50, 50, 50, 50], "team6": [40, 41, 42, 43, 44]}
    w = contest(d, points)
    w.answers = {"paper": {"circle_work": {"case": work}}}
    cases = w.round(TEAMS)
    numbers = {name: w.number(case, "final") for name, case in cases.items()}
    same(numbers["team1"], "87.6667")
    same(numbers["team3"], "72.3333")
    same([w.outcome(cases[f"team{i}"])[1]["medals"][1] for i in range(1, 7)], ["gold", "gold", "silver", "silver", "bronze", "bronze"])
    assert all(d.replays(case) for case in cases.values())


DIVISION = {"n1": "field", "n2": "field", "n3": "office", "n4": "office", "s1": "office", "s2": "field", "s3": "office"}
QUALITY = {"n1": 0.9, "n2": 0.6, "n3": 0.8, "n4": 0.5, "s1": 0.95, "s2": 0.7, "s3": 0.65}


class TwoTiers:
    """Seven circles of two regions; each region sends its best two to the national round."""

    def __init__(self, d, judges):
        self.d = d
        work = circle_data.finished(d)
        self.w = w = Walk(d, "kr-contest", judges={"judge": {"place": "North"}}, changes=[("quota: 16,", "quota: 2,")])
        w.answers = {"paper": {"circle_work": {"case": work}}, "talk": {"minutes": "12"}}
        for i in range(5):
            d.appoint(f"regional_judge{i + 1}", w.s.id, "regional_judge", trained="2026-01-05", place="North")
        for place, n in judges.items():
            for i in range(n):
                d.appoint(f"judge_{place}{i}", w.s.id, "judge", trained="2026-01-05", calibrated="5", place=place)
        opened = d.ask("round", "open", '{"scheme": "kr.contest", "name": "c26", "closes": "2026-03-31"}')["round"]
        self.case = {}
        for name, division in DIVISION.items():
            place = "North" if name[0] == "n" else "South"
            d.party(name, "team", region=place, size="mid", division=division)
            d.party(f"{name}_speaker")
            d.ask("party", "relate", f"{name}_speaker", '{"relation": "represents", "to": "%s"}' % d.parties[name])
            self.case[name] = d.open("kr.contest", name, by=f"{name}_speaker", round=opened, place=place)
            w.do(self.case[name], "apply", f"{name}_speaker")

    def score(self, stage, role):
        """Every judge's sheets: the circle's quality, a severity of his own."""
        w, d = self.w, self.d
        name_of = {case: name for name, case in self.case.items()}
        for judge in [a for a in d.parties if a.startswith(role)]:
            for one in d.ask("case", "queue", "state=todo", by=judge)["cases"]:
                w.share = QUALITY[name_of[one["case"]]] - len(judge) % 3 * 0.02
                d.score(one["case"], w.sheet(stage, None, judge), by=judge)

    def heats(self):
        d = self.d
        d.on("2026-04-02").ask("round", "assign", "c26", "heat")
        self.score("heat", "regional_judge")
        d.ask("round", "seed", "c26", "lottery 1107: 3 8 14 21 33 40")
        d.ask("round", "decide", "c26", "heat")

    def national(self):
        d, w = self.d, self.w
        for name in ("n1", "n3", "s1", "s2"):
            w.do(self.case[name], "prepare", f"{name}_speaker")
        dealt = d.on("2026-08-20").ask("round", "assign", "c26", "final")
        self.score("final", "judge")
        d.ask("round", "decide", "c26", "final")
        return dealt


def two_tiers_end_with_medals_that_anybody_counts_again(d):
    t = TwoTiers(d, {"South": 6, "East": 6})
    t.heats()
    same({n: t.w.outcome(c)[1]["sent_on"][0] for n, c in t.case.items()},
         {"n1": "pass", "n2": "reject", "n3": "pass", "n4": "reject", "s1": "pass", "s2": "pass", "s3": "reject"})
    dealt = t.national()
    same((dealt["cases"], dealt["is_bounded"], dealt["parts"]), (4, True, 1))
    for name in ("n1", "n3", "s1", "s2"):
        judges = d.show(t.case[name])["scoring"]["final"]["sheets"]
        same(len(judges), 5)
    bands = {n: t.w.outcome(t.case[n])[1]["medals"][1] for n in ("n1", "n3", "s1", "s2")}
    same(bands, {"n1": "gold", "s2": "bronze", "s1": "gold", "n3": "bronze"})
    same(len(d.ask("title", "notices", view="public")["notices"]), 4)
    d.on("2026-09-10").ask("case", "tick")
    d.appoint("secretariat9", t.w.s.id, "secretariat")
    for name in bands:
        d.act(t.case[name], "done", {}, by="secretariat9")
        same(t.w.outcome(t.case[name])[0], "passed")
        assert d.replays(t.case[name])
    counted_again(d)


def counted_again(d):
    lines = d.run("round", "export", d.path, "c26")
    assert "judge_" not in lines and "speaker" not in lines
    path = pathlib.Path(d.folder.name) / "c26.jsonl"
    tool = ROOT / "tools" / "retally.py"
    path.write_text(lines)
    got = subprocess.run([sys.executable, str(tool), str(path)], capture_output=True, text=True)
    assert got.returncode == 0 and "4 medals" in got.stdout and "0 differ" in got.stdout, got.stdout + got.stderr
    assert "not counted here" not in got.stdout, got.stdout
    bent = [json.loads(line) for line in lines.splitlines()]
    loser = next(o for o in bent if o.get("gate") == "sent_on" and o["outcome"] == "reject")
    loser["outcome"] = "pass"  # a region that sends three
    path.write_text("\n".join(json.dumps(o) for o in bent))
    got = subprocess.run([sys.executable, str(tool), str(path)], capture_output=True, text=True)
    assert got.returncode == 1, got.stdout


def chance_that_cannot_be_bounded_is_said_with_the_rule(d):
    t = TwoTiers(d, {"South": 4, "East": 4})
    t.heats()
    dealt = t.national()
    same(dealt["is_bounded"], False)
    assert "needs 10 judges" in dealt["unbounded_because"] and "own_region bars" in dealt["unbounded_because"], dealt


play(five_judges_without_the_highest_and_the_lowest_give_thirds_of_medals,
     two_tiers_end_with_medals_that_anybody_counts_again, chance_that_cannot_be_bounded_is_said_with_the_rule)
