#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Suggestions, end to end. Prints TAP."""
from drive import play, refused, same
from walk import Walk

IDEA = {"idea": {"shares": None}, "decision": {"verdict": "adopted", "opinions": []}, "receipt": {"excluded_as": "none"},
        "done": {"is_done": True, "done_on": "2026-04-01"}}


def suggestion(d, **more):
    d.measure()
    return Walk(d, "kr-suggestion", party={"department": "press", "is_barred": False}, answers={**IDEA, **more},
                evidence={"effect": {"unit_cost": "10000", "volume": "3000", "currency": "KRW"}})


def an_idea_is_received_decided_graded_carried_out_and_paid(d):
    w = suggestion(d)
    case = w.open()
    same(w.walk(case), ["propose", "receive", "decide", "score", "plan", "carry_out"])
    same(w.number(case, "worth"), "80")
    same(w.outcome(case)[1]["grade"], ("pass", "second"))
    same(w.titles(case), ["second"])
    paid = {m["money"]: m["amount"] for m in d.show(case)["money"]}
    same(paid["reward"], "500000")
    same(paid["proven"], "200000")  # 12 million proven
    assert d.replays(case)


def the_department_has_one_month(d):
    w = suggestion(d)
    case = w.open()
    d.on("2026-01-31")
    w.walk(case, until="decide")
    same(d.show(case)["stage"], "decide")
    same(d.show(case)["due"][:10], "2026-02-28")


def what_is_no_suggestion_is_refused_with_its_rule(d):
    w = suggestion(d, receipt={"excluded_as": "already_practised"})
    case = w.open()
    w.walk(case)
    same(w.outcome(case), ("rejected", {"enter": ("pass", None), "taken": ("reject", None)}))
    w.party = {"department": "press", "is_barred": True}
    case = w.open("judge")
    w.walk(case, "judge")
    assert "may not propose" in w.reasons(case)


def shares_of_a_joint_proposal_sum_to_the_whole(d):
    w = suggestion(d)
    d.party("park")
    w.answers["idea"] = {"shares": [{"who": d.parties["park"], "share": "60"}, {"who": d.parties["witness"], "share": "30"}]}
    case = w.open()
    w.walk(case)
    assert "sum to 100" in w.reasons(case)


def a_title_is_measured_in_characters_of_any_script(d):
    w = Walk(d, "kr-suggestion")
    case = w.open()

    def fill(length):
        w.answers["idea"] = {"shares": None, "title": "안" * length}
        d.fill(case, "idea", w.values("idea", "applicant"), by="applicant")
    refused(lambda: fill(81), "a shorter text")
    fill(80)
    same(d.stage(case), "receive")


play(an_idea_is_received_decided_graded_carried_out_and_paid, the_department_has_one_month,
     what_is_no_suggestion_is_refused_with_its_rule, shares_of_a_joint_proposal_sum_to_the_whole,
     a_title_is_measured_in_characters_of_any_script)
