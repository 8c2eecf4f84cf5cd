#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""National award, quality-competitive firms, service mark. Prints TAP."""
from drive import play, same
from walk import Walk

CLEAN = {"same_field_3y": False, "safety_offender_3y": False, "antitrust_3y": False, "wage_arrears": False, "tax_arrears": False,
         "investigated": False, "fines_2y_krw": "0", "fines_2y": "0"}
SETS = {1: "starters", 4: "advanced", 9: "mature"}


def award(d, years, **merit):
    kind = lambda account: SETS[years[account.replace("_speaker", "")]]
    return Walk(d, "kr-award", party={"size": "mid"}, answers={"merit": {**CLEAN, **merit}}, rubrics={"papers": kind, "visit": kind})


def criteria_follow_the_years_of_taking_part(d):
    years = {"young": 1, "grown": 4, "old": 9}
    w = award(d, years)
    cases = w.round({name: {"years_taken_part": str(n)} for name, n in years.items()})
    for case in cases.values():
        same((w.outcome(case)[1]["decided"], d.stage(case)), (("pass", None), "yearly"))
        same([(t["title"], t["state"]) for t in d.show(case)["titles"]], [("winner", "valid")])
        assert d.replays(case)


def who_is_barred_is_told_why(d):
    for merit, words in (({"same_field_3y": True}, "within 3 years"), ({"fines_2y": "2"}, "fined 2 million"), ({"tax_arrears": True}, "ground that bars")):
        with type(d)(d.program) as other:
            w = award(other, {"firm": 1}, **merit)
            case = w.round({"firm": {"years_taken_part": "1"}})["firm"]
            same(w.outcome(case)[0], "returned")
            assert words in w.reasons(case), w.reasons(case)


def large_firms_pass_at_850_small_ones_at_800(d):
    w = Walk(d, "kr-qcas", answers={"self": {"own_score": "900"}}, party={"selected_before": "9"})
    twenty = {"leadership": "80", "strategy": "60", "customer": "80", "people": "80", "design": "80", "suppliers": "70", "standard": "80",
              "process": "100", "equipment": "70", "measurement": "70", "improvement": "50", "information": "0", "results": "0"}
    w.scores = {"site": twenty}  # 820
    cases = w.round({"big": {"size": "large"}, "tiny": {"size": "small"}})
    same(w.number(cases["big"], "site"), "820")
    same(w.outcome(cases["big"])[0], "rejected")
    same(w.outcome(cases["tiny"])[1]["passed"], ("pass", "g4"))
    same(sorted(w.titles(cases["tiny"])), ["hall_of_fame", "selected"])


def a_service_mark_weighs_site_visit_and_customers_70_10_20(d):
    w = Walk(d, "kr-sq", answers={"answers": lambda judge: {"overall": "7", "staff": "6", "again": "3"}})
    case = w.open()
    same(w.walk(case), ["apply", "documents", "site", "mystery", "survey", "decide"])
    site, mystery, survey = (float(w.number(case, t)) for t in ("site", "mystery", "survey"))
    same(round(survey, 2), 66.67)
    same(float(w.number(case, "sq")), round(0.7 * site + 0.1 * mystery + 0.2 * survey, 2))
    same(w.titles(case), ["mark"])


play(criteria_follow_the_years_of_taking_part, who_is_barred_is_told_why, large_firms_pass_at_850_small_ones_at_800,
     a_service_mark_weighs_site_visit_and_customers_70_10_20)
