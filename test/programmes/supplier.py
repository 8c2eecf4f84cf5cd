#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Part approval, planning, process audit, corrective action. Prints TAP."""
from drive import play, same
from walk import Walk

FILES = {"design": ["design_record", "change_documents", "customer_approval", "dfmea"], "process": ["flow", "pfmea", "control_plan"],
         "studies": ["msa", "dimensional", "material", "initial_study", "lab_documents"], "samples": ["appearance", "customer_specific"]}


def capable(d):
    """A bore whose second month is well within its limits."""
    d.measure()
    d.run("specify", d.path, "line 1/bore", "--lsl", "9.0", "--usl", "10.2", "--by-whom", "kim")


def approval(d, level, without=()):
    said = {form: {f: f"{f}.pdf" for f in names if f not in without} for form, names in FILES.items()}
    said["studies"]["gauge"] = [{"characteristic": "line 1/bore", "grr_percent": "12", "ndc": "9"}]
    said["verdict"] = {"decision": "approved"}
    return Walk(d, "ppap", party={"level": level, "reason": "new_part"}, answers=said,
                evidence={"capability": {"claim": "ppk", "better": "higher"}})


def level_3_submits_everything_and_is_approved(d):
    capable(d)
    w = approval(d, "l3")
    case = w.open()
    same(w.walk(case), ["design", "process", "studies", "samples", "warrant", "decide"])
    same(w.titles(case), ["approval"])
    assert d.replays(case)


def level_3_misses_what_level_1_keeps(d):
    capable(d)
    w = approval(d, "l3", without=("dfmea",))
    case = w.open()
    w.walk(case)
    assert "design document" in w.reasons(case)
    w.party = {"level": "l1", "reason": "new_part"}
    case = w.open("second")
    same(w.walk(case, "second")[:2], ["design", "process"])


def an_incapable_process_is_not_approved(d):
    d.measure()
    d.run("specify", d.path, "line 1/bore", "--lsl", "9.4", "--usl", "9.8", "--by-whom", "kim")
    w = approval(d, "l3")
    case = w.open()
    w.walk(case)
    assert "below 1.67" in w.reasons(case), w.reasons(case)


def within_is_not_overall_capability(d):
    capable(d)
    w = approval(d, "l3")
    w.evidence = {"capability": {"claim": "cpk", "better": "higher"}}
    case = w.open()
    w.walk(case)
    same(w.outcome(case)[0], "returned")


def planning_in_five_phases_ends_with_a_capable_run(d):
    capable(d)
    w = Walk(d, "apqp", answers={"validation": {"run_pieces": "300", "ppap": {"na": True}}},
             evidence={"capability": {"claim": "ppk", "better": "higher"}})
    case = w.open()
    same(w.walk(case), ["p1_planning", "p2_design", "p3_process", "p4_validation", "p5_feedback"])
    same(w.outcome(case)[0], "passed")


def audited(d, **answers):
    w = Walk(d, "vda63", answers={"plan": {"steps": [{"step": "turning"}, {"step": "washing"}]}})

    def sheet(account, judge):
        full = {leaf: ["10", "10"] if leaf.startswith("p6") else "10" for leaf, _, _ in w.s.leaves("audit")}
        return {**full, **answers}
    w.scores = {"audit": sheet}
    case = w.open()
    w.walk(case, most=2)
    return w, case


def a_process_audit_gives_its_level(d):
    w, case = audited(d)
    same(w.outcome(case)[1]["assessed"], ("pass", "a"))
    same(w.titles(case), ["level_a"])


def one_answer_in_one_step_downgrades(d):
    w, case = audited(d, p6_1_1=["10", "0"])
    same(w.outcome(case)[1]["assessed"], ("pass", "b"))
    with type(d)(d.program) as other:
        w, case = audited(other, p6_2_3=["10", "0"])
        same(w.outcome(case)[1]["assessed"][1], "c")


def a_problem_is_contained_in_a_day_and_closed_with_proof(d):
    d.measure()
    action = [{"cause": c, "action": "fix", "owner": "", "until": "2026-03-20"} for c in ("occurrence", "escape")]
    d.party("lee")
    for a in action:
        a["owner"] = d.parties["lee"]
    w = Walk(d, "8d", answers={"d0": {"recurs": False}, "d5": {"actions": action}})
    case = w.open()
    w.walk(case, until="d3_contain")
    same(d.show(case)["due"][:10], "2026-03-03")
    w.walk(case)
    same(w.outcome(case)[0], "passed")
    w.answers["d5"] = {"actions": action[:1]}
    case = w.open("second")
    w.walk(case, "second")
    assert "escape" in w.reasons(case)


def a_recurrence_belongs_to_the_earlier_case(d):
    w = Walk(d, "8d", answers={"d0": {"recurs": True}})
    case = w.open()
    w.walk(case)
    assert "earlier case" in w.reasons(case)


play(level_3_submits_everything_and_is_approved, level_3_misses_what_level_1_keeps, an_incapable_process_is_not_approved, within_is_not_overall_capability,
     planning_in_five_phases_ends_with_a_capable_run, a_process_audit_gives_its_level, one_answer_in_one_step_downgrades,
     a_problem_is_contained_in_a_day_and_closed_with_proof, a_recurrence_belongs_to_the_earlier_case)
