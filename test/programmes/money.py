#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Subsidy and audit. Prints TAP."""
from drive import play, refused, same
from walk import Walk


def spent(*sums):
    return {"list": [{"on": "2026-05-01", "purpose": "equipment", "amount_krw": s, "paid_to": "shop", "receipt": "r.pdf"} for s in sums],
            "first_half_done": True}


def subsidy(d, amount="100000000", check=None, **more):
    return Walk(d, "subsidy", answers={"request": {"amount_krw": amount}, "spending": spent("60000000", "30000000"),
                                       "settlement": {"spent_krw": "90000000", "returned_krw": "10000000"},
                                       "check": {"false_claim": False, "other_use": False, **(check or {})}, **more})


def what_is_spent_is_proven_and_the_rest_comes_back(d):
    w = subsidy(d)
    case = w.open()
    same(w.walk(case), ["request", "decide", "order", "spend", "settle", "check", "disclose"])
    same(w.outcome(case)[0], "passed")
    assert d.replays(case)


def receipts_that_do_not_sum_come_back(d):
    w = subsidy(d, spending=spent("60000000"))
    case = w.open()
    w.walk(case)
    assert "do not sum" in w.reasons(case)


def large_grants_need_reports_and_audits(d):
    for amount, settlement, words in (("300000000", {}, "300 million"), ("1000000000", {"detailed_report": "d.pdf", "settlement_check": "s.pdf"}, "1 billion")):
        with type(d)(d.program) as other:
            w = subsidy(other, amount, spending=spent(amount), settlement={"spent_krw": amount, "returned_krw": "0", **settlement})
            case = w.open()
            w.walk(case)
            assert words in w.reasons(case), w.reasons(case)


def a_false_claim_costs_five_times_another_use_three_times(d):
    for check, times in (({"false_claim": True}, 5), ({"other_use": True}, 3)):
        with type(d)(d.program) as other:
            w = subsidy(other, check=check)
            case = w.open()
            same(w.walk(case)[-2:], ["check", "sanction"])
            same({m["money"]: m["amount"] for m in other.show(case)["money"]}["surcharge"], str(100000000 * times))


def an_audit_finds_recovers_and_sees_safety_mended(d):
    finding = [{"number": "1", "kind": "other_use", "what": "car", "amount_krw": "10000000", "grade": "discipline", "evidence": "f.pdf"},
               {"number": "2", "kind": "safety", "what": "rail", "amount_krw": "0", "grade": "warning", "by": "2026-06-01", "evidence": "p.jpg"}]
    w = Walk(d, "audit", answers={"findings": {"list": finding, "informed": True}})
    case = w.open()
    same(w.walk(case), ["plan", "findings", "reply", "sanction", "notice", "mend"])
    same(w.outcome(case)[0], "passed")
    same({m["money"]: m["amount"] for m in d.show(case)["money"]}, {"informer": "3000000"})  # 30 %


def a_safety_finding_without_a_date_comes_back(d):
    finding = [{"number": "1", "kind": "safety", "what": "rail", "amount_krw": "0", "grade": "warning", "evidence": "p.jpg"}]
    w = Walk(d, "audit", answers={"findings": {"list": finding, "informed": False}})
    case = w.open()
    w.walk(case)
    assert "safety finding" in w.reasons(case)


PAID = {"list": spent("50000000")["list"], "first_half_done": False}


def sums(d, case):
    """{money: {kind: sum}} of a case."""
    found = {}
    for m in d.show(case)["money"]:
        kinds = found.setdefault(m["money"], {})
        kinds[m["kind"]] = kinds.get(m["kind"], 0) + int(m["amount"])
    return found


def sanctioned(d):
    """Half of a grant is paid, misuse is found, the office sanctions it."""
    w = subsidy(d, check={"other_use": True})
    case = w.open()
    same(w.walk(case, until="spend"), ["request", "decide", "order"])
    pay = lambda stone, **more: d.act(case, "pay", {"money": "grant", "milestone": stone, "purpose": "equipment", "evidence": PAID, **more})
    refused(lambda: pay("start", evidence={}), "no payment of grant without evidence")
    refused(lambda: pay("start", purpose="a car"), "none of the codes of grant")
    refused(lambda: pay("half"), "not reached")
    refused(lambda: d.act(case, "claim_back", {"money": "grant", "why": "w"}), "nothing of")
    pay("start", key="payment 1")
    pay("start", key="payment 1")  # the same payment, told twice
    refused(lambda: pay("start"), "paid already")
    refused(lambda: d.act(case, "claim_back", {"money": "grant", "why": "w"}), "is not true")
    same(sums(d, case), {"grant": {"granted": 100000000, "paid": 50000000}})
    w.later(10)
    same(w.walk(case), ["spend", "settle", "check", "sanction"])
    return w, case


def misuse_is_sanctioned_claimed_back_once_and_published(d):
    w, case = sanctioned(d)
    same(w.outcome(case), ("passed", {"granted": ("pass", None), "settled": ("pass", None), "proper": ("stage", None)}))
    back = lambda: d.act(case, "claim_back", {"money": "grant", "why": "spent on a car"})
    back()
    refused(back, "claimed back already")
    same(sums(d, case), {"grant": {"granted": 100000000, "paid": 50000000, "claimed": 50000000}, "surcharge": {"granted": 300000000}})
    shown, = [n["shown"] for n in d.ask("title", "notices", view="public")["notices"]]
    assert shown["name"].startswith("applicant") and shown["purpose"] == "as measured", shown
    lines = d.ask("title", "money", "public.subsidy")["money"]
    same({m["line"] for m in lines if m["money"] == "grant"}, {"subsidies"})
    same({m["kind"] for m in lines}, {"granted", "paid", "claimed"})
    refused(lambda: d.ask("title", "money", "public.subsidy", view="public"), "for its desk")
    assert d.replays(case)
    d.run("case", "check", d.path)


def an_appeal_that_is_upheld_opens_the_check_again_and_its_surcharge_falls(d):
    w, case = sanctioned(d)
    d.act(case, "claim_back", {"money": "grant", "why": "spent on a car"})
    said = {"text": "the car carries the samples"}
    refused(lambda: d.act(case, "appeal", said, by="witness"), "only the party")
    refused(lambda: d.act(case, "appeal", said), "only the party")
    d.act(case, "appeal", said, by="applicant")
    answer = lambda upheld: {"objection": len(d.show(case)["objections"]), "upheld": upheld, "why": "heard"}
    d.act(case, "answer", answer(False))
    same(d.show(case)["phase"], "passed")
    refused(lambda: d.act(case, "answer", answer(True)), "answered already")
    d.act(case, "appeal", said, by="applicant")
    d.act(case, "answer", answer(True))
    same((d.stage(case), d.show(case)["phase"]), ("check", "open"))
    refused(lambda: d.act(case, "appeal", said, by="applicant"), "closed the case")
    same(sums(d, case)["surcharge"], {"granted": 300000000, "cancelled": 300000000})
    same(sums(d, case)["grant"], {"granted": 100000000, "paid": 50000000, "claimed": 50000000, "dropped": 50000000})
    w.answers["check"]["other_use"] = False
    same(w.walk(case), ["check", "disclose"])
    same(w.outcome(case)[0], "passed")
    refused(lambda: d.act(case, "claim_back", {"money": "grant", "why": "w"}), "is not true")
    assert d.replays(case)
    d.run("case", "check", d.path)


FOUND = [{"number": "1", "kind": "false_claim", "what": "wages of nobody", "amount_krw": "10000000", "grade": "charge", "evidence": "f.pdf"},
         {"number": "2", "kind": "safety", "what": "rail", "amount_krw": "0", "grade": "warning", "by": "2026-09-01", "evidence": "p.jpg"}]


def an_objection_that_is_upheld_has_the_audit_decide_its_sanction_anew(d):
    w = Walk(d, "audit", answers={"findings": {"list": FOUND, "informed": True}, "sanction": {"recovered_krw": "10000000", "measures": "all back"}})
    case = w.open()
    w.walk(case, until="notice")
    notice, = d.ask("title", "notices", view="public")["notices"]
    same(notice["shown"], {"scope": "subsidy", "measures": "all back"})  # neither whose nor by whom
    refused(lambda: d.ask("title", "object", notice["notice"], '{"text": "w", "rank": 1}', view="public"), "rank")
    d.ask("title", "object", notice["notice"], '{"text": "half of it was wages", "ground": "amount"}', view="public")
    w.later(31)
    d.ask("case", "tick")
    same(d.stage(case), "notice")  # nothing goes on over an objection nobody answered
    d.act(case, "answer", {"objection": 1, "upheld": True, "why": "books seen again"})
    same(d.stage(case), "sanction")
    same(d.ask("title", "notices", view="public")["notices"], [])
    w.answers["sanction"] = {"recovered_krw": "5000000", "measures": "half back"}
    same(w.walk(case), ["sanction", "notice", "mend"])
    same(w.outcome(case)[0], "passed")
    same(sums(d, case), {"informer": {"granted": 6000000, "cancelled": 3000000}})  # one reward, not two
    same([m["value"] for m in d.ask("title", "measures", "public.audit")["measures"] if m["id"] == "recovered"], ["5000000"])
    assert d.replays(case)


def a_safety_finding_that_is_not_mended_stays_open_and_late_is_said(d):
    w = Walk(d, "audit", answers={"findings": {"list": FOUND, "informed": False}, "mending": {"safety_mended": False}})
    case = w.open()
    w.walk(case)
    same((d.stage(case), d.show(case)["phase"]), ("mend", "returned"))
    assert "not mended" in w.reasons(case)
    w.later(90)
    d.ask("case", "tick")
    assert d.show(case)["late"]
    w.answers["mending"] = {"safety_mended": True, "mended_on": "2026-09-01"}
    w.do(case, "mend", "applicant")
    same(w.outcome(case)[0], "passed")


play(what_is_spent_is_proven_and_the_rest_comes_back, receipts_that_do_not_sum_come_back, large_grants_need_reports_and_audits,
     a_false_claim_costs_five_times_another_use_three_times, an_audit_finds_recovers_and_sees_safety_mended,
     a_safety_finding_without_a_date_comes_back,
     misuse_is_sanctioned_claimed_back_once_and_published,
     an_appeal_that_is_upheld_opens_the_check_again_and_its_surcharge_falls,
     an_objection_that_is_upheld_has_the_audit_decide_its_sanction_anew,
     a_safety_finding_that_is_not_mended_stays_open_and_late_is_said)
