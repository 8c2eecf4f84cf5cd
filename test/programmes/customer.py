#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Customer-centred management: complaints, surveys, panel, tasks. Prints TAP."""
from drive import play, same
from walk import Walk


def a_complaint_is_acknowledged_within_a_day_and_closed_with_a_remedy(d):
    w = Walk(d, "complaint", evidence={"evidence": False})
    d.on("2026-03-02")
    case = w.open()
    w.walk(case, until="receive")
    same(d.show(case)["due"][:10], "2026-03-03")
    w.walk(case)
    same(w.outcome(case)[0], "passed")


def a_complaint_that_is_not_accepted_needs_the_way_out(d):
    w = Walk(d, "complaint", answers={"closing": {"accepted": False, "told_of_outside_help": False}}, evidence={"evidence": False})
    case = w.open()
    w.walk(case)
    assert "outside help" in w.reasons(case)


def an_index_is_that_of_its_formula(d):
    """Of six answers 4 and 2 in the two highest: 66.667 and 33.333."""
    def answers(judge):
        return {"overall": "7" if judge[-1] in "1234" else "3", "again": "6" if judge[-1] in "12" else "1", "product": "6", "service": "6",
                "image": "2", "recommend": "10" if judge[-1] in "123" else "5"}
    w = Walk(d, "survey", answers={"frame": {"formula": "kcsi2006", "product": "50", "service": "30", "image": "20"}, "answers": answers})
    case = w.round({"wave": {}})["wave"]
    same(w.outcome(case)[0], "passed")
    # 0.3 x 66.667 + 0.5 x (50 + 30 + 0) + 0.2 x 33.333
    same(w.number(case, "kcsi"), "66.7")


def importances_that_do_not_sum_are_refused(d):
    w = Walk(d, "survey", answers={"frame": {"formula": "kcsi2005", "product": "50", "service": "30", "image": "30"}})
    case = w.round({"wave": {}})["wave"]
    assert "sum to 100" in w.reasons(case)


def a_panel_counts_its_own_section_double(d):
    w = Walk(d, "customer-panel", party={"section": "digital"}, answers={"answer": {"eligible": True}, "ballot": lambda judge: {"support": "1" if judge in ("panelist1", "panelist2") else "0"}})
    for i in range(6):
        d.appoint(f"panelist{i + 1}", w.s.id, "panelist", section="digital" if i < 2 else "service")
    cases = w.round({"idea": {}, "other": {"section": "service"}})
    same(w.number(cases["idea"], "support"), "0.5")  # 2 x 40 of 2 x 40 + 4 x 20
    same(w.number(cases["other"], "support"), "0.2")  # 2 x 20 of 2 x 20 + 4 x 40


def nine_tasks_and_everybody_trained(d):
    task = {"task": "listen", "owner": "", "until": "2026-05-01", "goal": "3"}
    d.party("lee")
    task["owner"] = d.parties["lee"]
    w = Walk(d, "customer-centred", party={"staff": "40"}, answers={"plan": {"tasks": [task] * 9}, "training": {"trained": "40"}})
    w.answers["review"] = {"survey": {"na": True}}
    case = w.round({"year": {}})["year"]
    same(w.outcome(case)[0], "passed")
    tree = d.ask("title", "measures", w.s.id)
    assert "t9_recognition" in str(tree)
    with type(d)(d.program) as other:
        other.party("lee")
        task["owner"] = other.parties["lee"]
        w = Walk(other, "customer-centred", party={"staff": "40"}, answers={"plan": {"tasks": [task] * 8}})
        case = w.round({"year": {}})["year"]
        assert "nine tasks" in w.reasons(case)


play(a_complaint_is_acknowledged_within_a_day_and_closed_with_a_remedy, a_complaint_that_is_not_accepted_needs_the_way_out,
     an_index_is_that_of_its_formula, importances_that_do_not_sum_are_refused, a_panel_counts_its_own_section_double,
     nine_tasks_and_everybody_trained)
