#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Quality circles in three orders, end to end. Prints TAP."""
from circle_data import ITEMS, korean
from drive import play, refused, same
from walk import Walk

KOREAN = ["theme", "plan", "present", "causes", "target", "actions", "effect", "standardize", "follow_up", "reflect"]
CHINESE = ["theme", "survey", "target", "causes", "confirm", "measures", "actions", "effect", "consolidate", "reflect"]


def ten_steps_in_the_korean_order_end_with_a_proven_effect(d):
    w = korean(d)
    case = w.open()
    same(w.walk(case), KOREAN)
    same(w.outcome(case)[1]["proven"], ("pass", None))
    same(w.titles(case), ["finished"])
    assert d.replays(case)


def known_faults_come_back_with_their_reason(d):
    faults = [("present", {"items": ITEMS[:1], "baseline": "10"}, "situation", "100 %"),
              ("causes", {"list": [{"cause": "wear", "item": "bore", "is_main": True}]}, "linked", "not linked to data"),
              ("causes", {"list": [{"cause": "wear", "item": "paint", "data": "x", "is_main": True}]}, "linked", "no Pareto item"),
              ("causes", {"list": [{"cause": "wear", "item": "bore", "data": "x", "is_main": False}]}, "linked", "no main cause"),
              ("target", {"target": "10"}, "aimed", "equals the baseline"),
              ("follow", {"from": "2026-03-01", "to": "2026-03-09"}, "lasting", "month")]
    w = korean(d)
    said = dict(w.answers)
    for i, (form, values, gate, words) in enumerate(faults):
        w.answers = {**said, form: values}
        case = w.open(f"circle{i}")
        w.walk(case, f"circle{i}")
        same(w.outcome(case)[0], "returned")
        same(w.outcome(case)[1][gate][0], "return")
        assert words in w.reasons(case), f"{form}: {w.reasons(case)}"


def a_circle_is_not_finished_before_its_manager_signs(d):
    w = korean(d)
    case, circle = w.open("unsigned"), "unsigned_speaker"
    w.walk(case, "unsigned", until="reflect")
    values = w.values("reflect", circle)
    refused(lambda: d.act(case, "sign", {}, "manager1"), "not handed in yet")
    refused(lambda: d.fill(case, "reflect", values, "manager1"), "is filled in by circle")
    d.fill(case, "reflect", values, circle)
    same(d.stage(case), "reflect")
    same(w.titles(case), [])
    same(d.show(case, by=circle)["turn"]["awaits"], ["manager"])
    turn = d.show(case, by="manager1")["turn"]
    same((turn["role"], turn["signs"], turn.get("form")), ("manager", True, None))
    d.act(case, "sign", {}, circle)
    same(d.stage(case), "reflect")
    d.act(case, "sign", {}, "manager1")
    same(w.titles(case), ["finished"])
    assert d.replays(case)


def a_plan_of_no_step_and_no_action_at_all_are_missing(d):
    w = korean(d)
    said = dict(w.answers)
    for form, field in (("plan", "steps"), ("actions", "list"), ("standard", "documents")):
        w.answers = {**said, form: {field: []}}
        case = w.open(f"none_{form}")
        refused(lambda: w.walk(case, f"none_{form}"), f"{field} is missing")


def an_effect_nobody_computed_is_missing_and_costs_no_try(d):
    w = korean(d)
    w.evidence = {"effect": False}
    case = w.open("early")
    refused(lambda: w.walk(case, "early"), "effect is missing")
    same(d.stage(case), "effect")


def an_effect_that_chance_explains_sends_back_to_the_causes(d):
    w = korean(d)
    d.measure("line 1/idle", 10.0, 10.0)
    w.evidence = {"effect": {"path": "line 1/idle"}}
    case = w.open()
    path = w.walk(case, most=9)
    assert path[:8] == KOREAN[:7] + ["causes"], path
    same(w.outcome(case)[1]["proven"][0], "stage")
    forms = d.show(case)["forms"]
    assert not any(f.get("earlier") for f in forms if f["stage"] == "theme")
    assert [f.get("earlier", False) for f in forms if f["stage"] == "causes"][0], "what was handed in before is of an earlier visit"


def chinese(d, **more):
    d.measure()
    d.party("lee")
    said = {"theme": {"target_kind": "chosen"}, "survey": {"items": ITEMS, "baseline": "10"}, "target": {"target": "9.6"},
            "causes": {"list": [{"cause": "wear", "item": "bore", "is_end": True}]},
            "confirm": {"list": [{"cause": "wear", "data": "gauge log", "method": "measured", "is_main": True}]},
            "actions": {"list": [{"cause": "wear", "action": "new tool", "done_on": "2026-02-01", "reached": True}]},
            "standard": {"from": "2026-03-01", "to": "2026-04-05"}}
    return Walk(d, "cn-circle", answers={**said, **more})


def the_chinese_order_sets_the_target_before_the_causes(d):
    w = chinese(d)
    case = w.open()
    same(w.walk(case), CHINESE)
    same(w.titles(case), ["finished"])


def an_imposed_target_is_proven_reachable_instead_of_surveyed(d):
    w = chinese(d, theme={"target_kind": "imposed"}, proof={"reachable": True})
    case = w.open()
    same(w.walk(case), ["theme", "proof"] + CHINESE[2:])


def the_innovative_type_compares_schemes_and_tests_the_best(d):
    d.measure()
    best = [{"scheme": "a", "tested": True, "figure": "9", "cost_cny": "10", "is_best": True},
            {"scheme": "b", "tested": False, "figure": "5", "cost_cny": "5", "is_best": False}]
    w = Walk(d, "cn-circle-innovative", answers={"schemes": {"list": best}, "target": {"target": "7"}, "result": {"reached": "8"},
                                                 "actions": {"list": [{"action": "build", "done_on": "2026-02-01", "reached": True}]}})
    case = w.open()
    same(w.walk(case), ["theme", "target", "schemes", "measures", "actions", "effect", "standardize", "reflect"])
    w.answers["schemes"] = {"list": [{**best[0], "is_best": False}, best[1]]}
    case = w.open("second")
    w.walk(case, "second")
    assert "exactly one" in w.reasons(case)


play(ten_steps_in_the_korean_order_end_with_a_proven_effect, a_circle_is_not_finished_before_its_manager_signs, a_plan_of_no_step_and_no_action_at_all_are_missing,
     an_effect_nobody_computed_is_missing_and_costs_no_try,
     known_faults_come_back_with_their_reason,
     an_effect_that_chance_explains_sends_back_to_the_causes, the_chinese_order_sets_the_target_before_the_causes,
     an_imposed_target_is_proven_reachable_instead_of_surveyed, the_innovative_type_compares_schemes_and_tests_the_best)
