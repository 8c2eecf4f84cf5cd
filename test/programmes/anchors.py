#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Awards and certificates of the world. Prints TAP."""
from drive import play, same
from walk import Walk


def results_first_then_processes_of_finalists(d):
    w = Walk(d, "baldrige-2025", party={"sector": "service"}, answers={"results": {"years_of_data": "5"}})
    w.scores = {"analysis": lambda account, judge: {} if account.startswith("good") else
                {k: "40" for k in ("product", "customers", "workforce", "finance", "society", "resilience")}}
    cases = w.round({"good": {}, "poor": {}})
    same({n: w.outcome(c)[0] for n, c in cases.items()}, {"good": "passed", "poor": "rejected"})
    same(w.titles(cases["good"]), ["recipient"])


def recognition_follows_the_bands(d):
    for percent, title in ((70, "seven_star"), (50, "five_star"), (30, "three_star"), (25, None)):
        with type(d)(d.program) as other:
            w = Walk(other, "efqm")
            w.scores = {"visit": {leaf: str(percent) for leaf, _, _ in w.s.leaves("radar")}}
            case = w.open()
            w.walk(case)
            same(w.titles(case), [title] if title else [])


def each_of_three_needs_seventy_and_a_diagnosis_before(d):
    w = Walk(d, "deming", party={"diagnosed_year": "2025"})
    cases = w.round({"good": {}, "late": {"diagnosed_year": "2026"}})
    same({n: w.outcome(c)[0] for n, c in cases.items()}, {"good": "passed", "late": "rejected"})
    with type(d)(d.program) as other:
        w = Walk(other, "deming", party={"diagnosed_year": "2025"})
        w.scores = {"site": {"a_objectives": "99", "b_use": "99", "c_effects": "69"}}
        same(w.outcome(w.round({"uneven": {}})["uneven"])[0], "rejected")


def an_award_after_papers_talk_site_vote_and_notice(d):
    w = Walk(d, "cn-award", party={"entrant": "organization"}, answers={"apply": {"noticed_in_house_days": "5", "major_incident_5y": False}})
    case = w.round({"firm": {}})["firm"]
    same(w.outcome(case)[1]["award"], ("pass", "prize"))
    same(w.titles(case), ["award"])


def an_officer_is_filed_by_two_regions_rules(d):
    w = Walk(d, "cn-cqo-nantong", party={"firm_size": "small", "major_mistake": False, "unfair_gain": False, "abuse": False, "leaked_secret": False},
             answers={"appoint": {"degree": "secondary", "title_grade": "quality_engineer", "quality_years": "3", "knows_law": True}})
    case = w.open()
    w.walk(case, until="assess")
    same(w.titles(case), ["officer"])


def a_certificate_asks_for_experience_and_an_exam(d):
    w = Walk(d, "asq", answers={"apply": {"years": "4", "years_deciding": "3", "diploma": "bachelor"}}, points="69")
    case = w.open()
    w.walk(case)
    same(w.outcome(case)[0], "returned")
    w.points = "71"
    case = w.open("second")
    w.walk(case, "second", until="recertify")
    same(w.titles(case), ["certificate"])
    w.answers = {"apply": {"years": "3", "years_deciding": "3", "diploma": "bachelor"}}
    case = w.open("third")
    w.walk(case, "third")
    assert "experience" in w.reasons(case)


play(results_first_then_processes_of_finalists, recognition_follows_the_bands, each_of_three_needs_seventy_and_a_diagnosis_before,
     an_award_after_papers_talk_site_vote_and_notice, an_officer_is_filed_by_two_regions_rules, a_certificate_asks_for_experience_and_an_exam)
