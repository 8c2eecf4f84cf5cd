#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The regional cluster: conversion, consulting, one-stop centre, equipment, attraction. Prints TAP."""
from drive import play, refused, same
from walk import Walk

WAY = ["screened", "diagnosed", "rated", "planned", "restructuring_approved", "first_prototype", "certified", "first_order", "mass_production"]


def a_firm_passes_the_stages_of_conversion(d):
    d.measure()
    w = Walk(d, "cluster", party={"part_group": "electric", "size": "small", "chain": "development"}, answers={"production": {"new_jobs": "9", "young_jobs": "4"}})
    case = w.open()
    same(w.walk(case), WAY)
    same(w.titles(case), ["converted"])
    tree = str(d.ask("title", "measures", w.s.id))
    for word in ("goal_2030", "k10_education", "converted_firms", "module_plant"):
        assert word in tree, word


def weak_potential_goes_back_to_diagnosis(d):
    d.measure()
    w = Walk(d, "cluster", share=0.5)
    case = w.open()
    same(w.walk(case, most=4), ["screened", "diagnosed", "rated", "diagnosed"])


def consulting_takes_the_best_of_each_part_group(d):
    w = Walk(d, "cluster-consulting")
    w.scores = {"papers": lambda account, judge: {"technology": "20" if account.startswith("good") else "5"}}
    cases = w.round({"good": {"part_group": "trim"}, "poor": {"part_group": "trim"}, "alone": {"part_group": "engine"}})
    same({n: w.outcome(c)[0] for n, c in cases.items()}, {"good": "passed", "poor": "rejected", "alone": "passed"})
    same([(m["money"], m["amount"]) for m in d.show(cases["good"])["money"]][0][0], "support")


def a_ticket_is_solved_or_goes_round_again(d):
    w = Walk(d, "cluster-onestop", answers={"answer": {"done": False}})
    case = w.open()
    same(w.walk(case, most=4), ["ask", "route", "answer", "route"])
    w.answers = {}
    same(w.walk(case)[-2:], ["answer", "rate"])
    same(w.outcome(case)[0], "passed")


def a_gauge_out_of_calibration_is_not_lent(d):
    w = Walk(d, "cluster-equipment", answers={"check": {"calibrated_to": "2026-01-31"}})
    case = w.open()
    w.walk(case)
    assert "calibration" in w.reasons(case)
    w.answers = {"check": {"calibrated_to": "2026-12-31"}, "use": {"hours": "6"}}
    w.walk(case)
    same(d.show(case)["money"][0]["amount"], "120000")


def an_incentive_follows_the_jobs(d):
    w = Walk(d, "cluster-attraction", answers={"offer": {"incentive_krw": "500000000"}, "contract": {"jobs_promised": "50"}, "opening": {"jobs": "60"}})
    case = w.open()
    w.walk(case)
    same(w.outcome(case)[0], "passed")
    same(d.show(case)["money"][0]["amount"], "500000000")


def figure(d, w, name):
    return [m for m in d.ask("title", "measures", w.s.id)["measures"] if m["id"] == name][0].get("value")


def jobs_are_counted_over_all_firms(d):
    d.measure()
    w = Walk(d, "cluster", party={"part_group": "electric", "size": "small", "chain": "development"})
    for name, jobs, young in (("one", "9", "4"), ("two", "5", "5")):
        w.answers["production"] = {"new_jobs": jobs, "young_jobs": young}
        case = w.open(name)
        w.walk(case, name)
    same((figure(d, w, "jobs_made"), figure(d, w, "young_jobs_made"), figure(d, w, "converted_firms")), ("14", "9", "2"))
    same([m["amount"] for m in d.show(case)["money"]], ["2100"])  # 30 % of 7,000


def a_council_votes_and_the_city_answers(d):
    w = Walk(d, "cluster-council", party={"part_group": "trim"})
    case = w.open()
    same(w.walk(case), ["call", "vote", "minutes", "answered"])
    same((w.outcome(case)[0], figure(d, w, "requests_done")), ("passed", "1"))
    assert d.ask("title", "notices", view="public")["notices"]


def support_is_paid_by_milestones_and_comes_back_when_jobs_do_not(d):
    w = Walk(d, "cluster-finance", answers={"apply": {"amount_krw": "600000000"}, "contract": {"jobs_promised": "10"},
                                            "use": {"prototype_on": "2026-06-01"}, "checked": {"jobs": "4"}})
    case = w.open()
    w.walk(case, until="use")
    same(d.show(case)["money"][0]["amount"], "500000000")  # at most
    pay = lambda stone: d.act(case, "pay", {"money": "support", "milestone": stone, "purpose": "development"})
    pay("start")
    refused(lambda: pay("prototype"), "not reached")
    w.walk(case)
    pay("prototype")
    refused(lambda: pay("order"), "not reached")
    d.act(case, "claim_back", {"money": "support", "why": "4 jobs of 10"})
    same([m["amount"] for m in d.show(case)["money"] if m["kind"] == "claimed"], ["400000000"])
    same(w.outcome(case)[0], "passed")


def a_course_ends_with_an_exam_a_certificate_and_work(d):
    w = Walk(d, "cluster-course", party={"age": "24", "background": "job_seeker"}, answers={"course": {"hours": "60", "attended": "50"}})
    case = w.round({"ha": {}})["ha"]
    same((w.outcome(case)[0], w.titles(case)), ("passed", ["graduate"]))
    same((figure(d, w, "finished"), figure(d, w, "placed_share")), ("1", "1"))


def a_partner_reports_its_duty_or_catches_up(d):
    w = Walk(d, "cluster-pact", party={"duty": "technical_support"}, answers={"verdict": {"mark": "kept"}})
    cases = w.round({"carmaker": {}})
    same(w.outcome(cases["carmaker"])[0], "passed")
    same(figure(d, w, "helped"), "7")
    with type(d)(d.program) as other:
        w = Walk(other, "cluster-pact", party={"duty": "policy_support"}, answers={"verdict": {"mark": "missed"}})
        case = w.round({"city": {}})["city"]
        assert any(f["form"] == "catch_up" for f in other.show(case)["forms"])


def a_quarter_at_risk_is_petitioned_before_the_crisis(d):
    w = Walk(d, "cluster-crisis", answers={"indicators": {"orders_percent": "-25", "jobs_percent": "-1", "closures": "2"}})
    cases = w.round({"q1": {}})
    assert any(f["form"] == "designation" for f in d.show(cases["q1"])["forms"])
    same((w.outcome(cases["q1"])[1]["watched"], figure(d, w, "quarters_at_risk")), (("pass", "warning"), "1"))


play(a_firm_passes_the_stages_of_conversion, weak_potential_goes_back_to_diagnosis, consulting_takes_the_best_of_each_part_group,
     a_ticket_is_solved_or_goes_round_again, a_gauge_out_of_calibration_is_not_lent, an_incentive_follows_the_jobs,
     jobs_are_counted_over_all_firms, a_council_votes_and_the_city_answers, support_is_paid_by_milestones_and_comes_back_when_jobs_do_not,
     a_course_ends_with_an_exam_a_certificate_and_work, a_partner_reports_its_duty_or_catches_up,
     a_quarter_at_risk_is_petitioned_before_the_crisis)
