#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Chief quality officers: appointment, filing, three levels, yearly report, renewal, coverage. Prints TAP."""
from drive import play, refused, same
from walk import Walk

CLEAN = {"major_mistake": False, "unfair_gain": False, "criminal": False, "leaked_secret": False}
POST = {"post_level": "decision_layer", "degree": "bachelor", "quality_years": "6", "title_grade": "middle", "powers": ["veto", "gatekeep"]}
YEAR = {"veto_used": "2", "capa_open": "1", "customer_ppm": "30", "training_hours": "20", "incidents": "0", "recalls": "0", "applies_for": "none"}


class Post:
    """Officers of one intake, each of a firm of its own."""

    def __init__(self, d, **officers):
        self.d, self.case = d, {}
        self.w = Walk(d, "cn-cqo", answers={"appoint": dict(POST), "course": {"hours": "24"}, "yearly": dict(YEAR)})
        self.round = d.ask("round", "open", '{"scheme": "cn.cqo", "name": "intake-2026"}')["round"]
        for name, size in officers.items():
            d.party(f"{name}_firm", "firm")
            d.party(name, firm_size=size, **CLEAN)
            d.ask("party", "relate", f"{name}_firm", '{"relation": "employs", "to": "%s"}' % d.parties[name])
            self.case[name] = d.open("cn.cqo", name, round=self.round)

    def do(self, name, *stages, **answers):
        for form, said in answers.items():
            self.w.answers[form] = {**self.w.answers.get(form, {}), **said}
        for stage in stages:
            same(self.d.stage(self.case[name]), stage)
            self.w.do(self.case[name], stage, name)

    def titles(self, name):
        return {t["title"]: t["state"] for t in self.d.show(self.case[name])["titles"]}

    def measure(self, name):
        return [m for m in self.d.ask("title", "measures", "cn.cqo")["measures"] if m["id"] == name][0].get("value")


def an_officer_is_appointed_filed_trained_in_three_levels_and_reports_yearly(d):
    p = Post(d, wang="large")
    case = p.case["wang"]
    p.do("wang", "appoint", "file", "level1")
    same(p.titles("wang"), {"cqo1": "valid"})
    d.on("2027-03-10")
    p.do("wang", "year", yearly={"applies_for": "level2"})
    p.do("wang", "level2")
    same(p.titles("wang"), {"cqo1": "valid", "cqo2": "valid"})
    d.on("2028-03-20")
    p.do("wang", "year", yearly={"applies_for": "level3"})
    p.w.share = 0.9
    p.do("wang", "level3")
    d.fill(case, "course", p.w.values("course", "wang"), by="trainer1")
    d.ask("round", "decide", "intake-2026", "level3")
    same(p.titles("wang"), {"cqo1": "valid", "cqo2": "valid", "cqo3": "valid"})
    same(d.stage(case), "year")
    roll = d.ask("title", "list", "cn.cqo", view="public")["titles"]
    same(len(roll), 3)
    assert roll[0]["enterprise"].startswith("wang_firm"), roll
    assert d.replays(case)


def nobody_skips_the_second_level(d):
    p = Post(d, wang="large")
    p.do("wang", "appoint", "file", "level1")
    p.do("wang", "year", yearly={"applies_for": "level3"})
    same(d.stage(p.case["wang"]), "year")


def who_does_not_fit_or_is_barred_is_sent_back_by_the_county(d):
    p = Post(d, wang="large", chen="micro")
    p.do("wang", "appoint", "file", appoint={"quality_years": "4"})
    same(p.w.outcome(p.case["wang"])[1]["file"][0], "return")
    assert "five years" in p.w.reasons(p.case["wang"])
    p.do("chen", "appoint", "file", appoint={"quality_years": "3", "degree": "secondary"})
    same(d.stage(p.case["chen"]), "level1")
    d.party("zhao", firm_size="micro", **{**CLEAN, "leaked_secret": True})
    p.case["zhao"] = d.open("cn.cqo", "zhao", round=p.round)
    p.do("zhao", "appoint", "file")
    assert "leaked secret" in p.w.reasons(p.case["zhao"])


def an_exam_below_sixty_or_too_few_hours_give_no_level(d):
    p = Post(d, wang="large")
    p.w.points = "59"
    p.do("wang", "appoint", "file", "level1")
    same(p.w.outcome(p.case["wang"])[1]["basic"][0], "return")
    p.w.points = "80"
    p.do("wang", "level1", course={"hours": "15"})
    same(p.titles("wang") if "titles" in d.show(p.case["wang"]) else {}, {})
    p.do("wang", "level1", course={"hours": "16"})
    same(p.titles("wang"), {"cqo1": "valid"})


def a_late_report_rests_the_title_until_it_is_in(d):
    p = Post(d, wang="large")
    p.do("wang", "appoint", "file", "level1")
    d.on("2027-05-10").ask("case", "tick")
    same(p.titles("wang"), {"cqo1": "suspended"})
    same(p.measure("officers"), "0")
    p.do("wang", "year")
    same(p.titles("wang"), {"cqo1": "valid"})
    d.on("2028-05-01")
    p.do("wang", "year", yearly={"training_hours": "15"})
    same(p.titles("wang"), {"cqo1": "suspended"})
    assert "16 hours" in p.w.reasons(p.case["wang"])
    d.on("2029-03-01")
    p.do("wang", "year", yearly={"training_hours": "16"})
    same(p.titles("wang"), {"cqo1": "valid"})
    assert d.replays(p.case["wang"])


def a_level_is_renewed_while_its_duty_is_done(d):
    p = Post(d, wang="large")
    case = p.case["wang"]
    p.do("wang", "appoint", "file", "level1")
    d.on("2028-12-01")
    refused(lambda: d.act(case, "renew", {"title": "cqo1"}, by="wang"), "not renewed")
    p.do("wang", "year")
    d.act(case, "renew", {"title": "cqo1"}, by="wang")
    same(d.show(case)["titles"][0]["until"][:10], "2032-03-02")


def coverage_counts_firms_and_small_ones_apart(d):
    p = Post(d, wang="large", chen="micro", liu="small")
    for name in p.case:
        p.do(name, "appoint", "file", "level1")
    for name, value in (("firms_above_scale", "4"), ("small_firms", "8")):
        d.ask("title", "measure", "cn.cqo", '{"measure": "%s", "value": "%s"}' % (name, value))
    same({m: p.measure(m) for m in ("officers", "firms_with_cqo", "coverage", "small_with_cqo", "coverage_small")},
         {"officers": "3", "firms_with_cqo": "3", "coverage": "0.75", "small_with_cqo": "2", "coverage_small": "0.25"})


def a_false_record_takes_the_level_after_a_hearing(d):
    p = Post(d, wang="large")
    case = p.case["wang"]
    p.do("wang", "appoint", "file", "level1")
    said = {"title": "cqo1", "ground": "false_record", "why": "the letter was forged"}
    refused(lambda: d.act(case, "revoke", said), "after a hearing")
    d.act(case, "hearing", {"title": "cqo1", "held": "2026-03-02", "why": "heard"})
    d.act(case, "revoke", said)
    same(p.titles("wang"), {"cqo1": "revoked"})
    same(p.measure("officers"), "0")


def nantong_files_by_its_own_conditions_and_assesses_yearly(d):
    w = Walk(d, "cn-cqo-nantong", party={"firm_size": "small", "major_mistake": False, "unfair_gain": False, "abuse": False, "leaked_secret": False},
             answers={"appoint": {"degree": "secondary", "title_grade": "quality_engineer", "quality_years": "3", "knows_law": True},
                      "assessment": {"mark": "fails"}})
    case = w.open()
    w.walk(case, until="assess")
    d.on("2027-04-01")
    w.do(case, "assess", "applicant")
    same(d.show(case)["titles"][0]["state"], "suspended")
    w.answers["assessment"] = {"mark": "good"}
    d.on("2028-04-01")
    w.do(case, "assess", "applicant")
    same(d.show(case)["titles"][0]["state"], "valid")


play(an_officer_is_appointed_filed_trained_in_three_levels_and_reports_yearly, nobody_skips_the_second_level,
     who_does_not_fit_or_is_barred_is_sent_back_by_the_county, an_exam_below_sixty_or_too_few_hours_give_no_level,
     a_late_report_rests_the_title_until_it_is_in, a_level_is_renewed_while_its_duty_is_done,
     coverage_counts_firms_and_small_ones_apart, a_false_record_takes_the_level_after_a_hearing,
     nantong_files_by_its_own_conditions_and_assesses_yearly)
