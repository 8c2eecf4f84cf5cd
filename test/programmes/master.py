#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""National Quality Master: documents, exam, visit, notice, committee, designation; yearly check, revocation. Prints TAP."""
import circle_data
from drive import play, refused, same
from walk import Walk

FIT = {"site_years": "12", "employed": True, "under_investigation": False, "unpaid_tax_krw": "0", "fines_2y_krw": "0",
       "field": "machining", "region": "South"}


def proven(d, n=3):
    """Circle cases of the applicants whose effect was verified from stored data."""
    w = circle_data.korean(d)
    works = []
    for i in range(n):
        works.append({"case": w.open(f"circle{i}")})
        w.walk(works[-1]["case"], f"circle{i}")
        d.on("2026-03-02")
        w.now = w.now.replace(year=2026, month=3, day=2)
    return works


class Call:
    """One year's call: who applies is read by examiners that the round draws."""

    def __init__(self, d, applicants):
        self.d = d
        works = proven(d)
        self.w = w = Walk(d, "kr-nqm", answers={"merit": {"circle_work": works, "saving_krw": "84000000"},
                                                "yearly": {"sentence": "none", "taught_hours": "44", "coached_firms": "2"}})
        for i in range(5, 12):
            d.appoint(f"examiner{i + 1}", w.s.id, "examiner", trained="2026-01-05", calibrated="3")
        for i in range(1, 4):
            d.appoint(f"colleague{i + 1}", w.s.id, "colleague")
        self.round = d.ask("round", "open", '{"scheme": "kr.nqm", "name": "call-2026", "closes": "2026-03-31"}')["round"]
        self.case = {}
        for name, known in applicants.items():
            d.party(name, **{**FIT, **known})
            self.case[name] = d.open("kr.nqm", name, round=self.round, place="South")

    def to_papers(self, *names):
        for name in names:
            case = self.case[name]
            self.w.do(case, "apply", name)
            same(self.d.stage(case), "back")
            self.w.do(case, "back", name)
            for i in range(4):
                self.d.fill(case, "around", self.w.values("around", name), by=f"colleague{i + 1}")
            same(self.d.stage(case), "papers")

    def read(self, points):
        """All examiners' sheets; points: {name: share of the points}."""
        d, name_of = self.d, {case: name for name, case in self.case.items()}
        for examiner in [f"examiner{i + 1}" for i in range(12)]:
            for one in d.ask("case", "queue", by=examiner)["cases"]:
                self.w.share = points[name_of[one["case"]]]
                d.score(one["case"], self.w.sheet("papers", None, examiner), by=examiner)


def a_master_is_read_examined_visited_noticed_voted_and_designated(d):
    call = Call(d, {"kim": {}, "yoon": {}, "park": {}, "choi": {}})
    w, case = call.w, call.case
    d.ask("party", "relate", "examiner1", '{"relation": "kin", "to": "%s"}' % d.parties["kim"])
    call.to_papers(*case)
    d.on("2026-04-02")
    dealt = d.ask("round", "assign", "call-2026", "papers")
    same((dealt["cases"], dealt["parts"], dealt["is_bounded"]), (4, 1, True))
    assert case["kim"] not in [q["case"] for q in d.ask("case", "queue", by="examiner1")["cases"]]
    call.read({"kim": 0.9, "yoon": 0.85, "park": 0.8, "choi": 0.6})
    d.ask("round", "seed", "call-2026", "lottery 1107: 3 8 14 21 33 40")
    d.ask("round", "decide", "call-2026", "papers")
    same(w.outcome(case["choi"])[1]["short"][0], "reject")  # below 70
    for name, percent in (("kim", "81"), ("yoon", "72"), ("park", "59")):
        d.act(case[name], "exam", {"bank": "exam", "percent": percent})
    same(w.outcome(case["park"])[0], "rejected")
    w.share = 0.9
    for name in ("kim", "yoon"):
        w.do(case[name], "onsite", name)
        d.fill(case[name], "visit", w.values("visit", name), by="visitor1")
        same(d.stage(case[name]), "verify")
    d.on("2026-04-10")
    notices = d.ask("title", "notices", view="public")["notices"]
    same(len(notices), 2)
    assert "birth" not in str(notices) and "2026" in str(notices[0]), notices
    kim = [n for n in notices if n["shown"]["name"].startswith("kim")][0]
    d.ask("title", "object", kim["notice"], '{"text": "not his own work"}', view="public")
    d.on("2026-06-20").ask("case", "tick")
    same((d.stage(case["kim"]), d.stage(case["yoon"])), ("verify", "decide"))
    d.act(case["kim"], "answer", {"objection": 1, "upheld": False, "why": "the log shows who did it"})
    for name in ("kim", "yoon"):
        same(d.stage(case[name]), "decide")
        for i in range(3):
            d.act(case[name], "vote", {"choice": "yes"}, by=f"committee{i + 1}")
    d.ask("round", "decide", "call-2026", "decide")
    same(float(w.number(case["kim"], "final")), round(0.4 * float(w.number(case["kim"], "papers")) + 0.2 * 81 +
                                                       0.4 * float(w.number(case["kim"], "onsite")), 2))
    for name in ("kim", "yoon"):
        d.act(case[name], "done", {}, by="minister1")
        same(w.titles(case[name]), [])  # the President has not signed
        d.act(case[name], "done", {}, by="president1")
        same(w.titles(case[name]), ["master"])
        assert d.replays(case[name])
    roll = d.ask("title", "list", "kr.nqm", view="public")["titles"]
    same(sorted(t["name"][:3] for t in roll), ["kim", "yoo"])
    assert "person" not in roll[0] and "scores" not in str(roll), roll


def who_is_not_eligible_is_told_the_rule(d):
    call = Call(d, {"young": {"site_years": "9"}, "debtor": {"unpaid_tax_krw": "300000000"}, "fined": {"fines_2y_krw": "2000000"}})
    for name, words in (("young", "ten years"), ("debtor", "arrears"), ("fined", "fines")):
        call.w.do(call.case[name], "apply", name)
        same(call.w.outcome(call.case[name])[0], "returned")
        assert words in call.w.reasons(call.case[name]), call.w.reasons(call.case[name])


def designated(d):
    """A master by the whole way, in June 2026."""
    call = Call(d, {"kim": {}})
    w, case = call.w, call.case["kim"]
    call.to_papers("kim")
    w.share = 0.9
    d.on("2026-04-02")
    w.do(case, "papers", "kim")
    d.ask("round", "decide", "call-2026", "papers")
    d.act(case, "exam", {"bank": "exam", "percent": "90"})
    w.do(case, "onsite", "kim")
    d.fill(case, "visit", w.values("visit", "kim"), by="visitor1")
    d.on("2026-06-20").ask("case", "tick")
    for i in range(3):
        d.act(case, "vote", {"choice": "yes"}, by=f"committee{i + 1}")
    d.ask("round", "decide", "call-2026", "decide")
    d.act(case, "done", {}, by="minister1")
    d.act(case, "done", {}, by="president1")
    return w, case


def the_life_title_is_checked_yearly_and_revoked_after_a_hearing(d):
    w, case = designated(d)
    title = lambda: d.show(case)["titles"][0]
    assert "until" not in title()
    d.on("2027-06-25")
    same(d.ask("case", "tick")["reminded"], 1)  # the yearly check is open, said once
    same(d.ask("case", "tick")["reminded"], 0)
    w.do(case, "yearly", "kim")
    same((title()["state"], d.stage(case)), ("valid", "yearly"))
    transfer = [m for m in d.ask("title", "measures", "kr.nqm")["measures"] if m["id"] == "transfer"][0]
    same(transfer["value"], "44")
    w.answers["yearly"]["sentence"] = "prison"
    d.on("2028-06-25")
    w.do(case, "yearly", "kim")
    same(title()["state"], "suspended")
    revoke = lambda ground: d.act(case, "revoke", {"title": "master", "ground": ground, "why": "judgment of the court"})
    refused(lambda: revoke("prison"), "after a hearing")
    d.on("2028-07-11").act(case, "hearing", {"title": "master", "held": "2028-07-10", "why": "heard with counsel"})
    refused(lambda: revoke("rudeness"), "no ground")
    revoke("prison")
    same((title()["state"], title()["history"][-1]["mandatory"]), ("revoked", False))
    d.on("2028-08-01").ask("round", "open", '{"scheme": "kr.nqm", "name": "call-2028"}')
    refused(lambda: d.open("kr.nqm", "kim", round=d.ask("round", "show", "call-2028")["id"]), "barred")
    same(d.ask("title", "list", "kr.nqm", "state=valid", view="public")["titles"], [])
    assert d.replays(case)


def a_year_without_its_check_is_late_and_the_next_comes_all_the_same(d):
    w, case = designated(d)
    d.on("2027-06-19").ask("case", "tick")
    same(w.d.show(case).get("late"), None)
    d.on("2027-09-01").ask("case", "tick")  # 60 days after it opened
    assert d.show(case)["late"]
    same(d.show(case)["titles"][0]["state"], "valid")  # being late costs nothing here; a sentence does
    w.do(case, "yearly", "kim")
    seen = d.show(case)
    same((seen["stage"], seen.get("late"), seen["opens"][:10]), ("yearly", None, "2028-06-20"))
    for year in range(2028, 2041):  # every year, for life
        d.on(f"{year}-06-25").ask("case", "tick")
        w.do(case, "yearly", "kim")
    same(d.show(case)["titles"][0]["state"], "valid")
    assert d.replays(case)


def a_false_record_must_cost_the_title_and_an_appeal_gives_it_back(d):
    w, case = designated(d)
    revoke = {"title": "master", "ground": "false_record", "why": "the circle never met"}
    refused(lambda: d.act(case, "appeal", {"text": "no", "title": "master"}, by="kim"), "neither revoked nor suspended")
    d.on("2026-09-01")
    refused(lambda: d.act(case, "hearing", {"title": "master", "held": "2026-09-02", "why": "w"}), "when it was held")
    d.act(case, "hearing", {"title": "master", "held": "2026-08-30", "why": "heard with counsel"})
    refused(lambda: d.act(case, "revoke", revoke, by="kim"), "desk")
    d.act(case, "revoke", revoke)
    title = lambda: d.show(case)["titles"][0]
    same((title()["state"], title()["history"][-1]["mandatory"], title()["bar_until"][:10]), ("revoked", True, "2027-09-01"))
    refused(lambda: d.act(case, "revoke", revoke), "revoked already")
    d.on("2027-07-01")
    same(d.ask("case", "tick")["reminded"], 0)  # nobody is asked for the yearly check of what is gone
    d.act(case, "appeal", {"text": "the court found otherwise", "title": "master"}, by="kim")
    d.act(case, "answer", {"objection": 1, "upheld": True, "why": "judgment of the court"})
    same((title()["state"], title().get("bar_until")), ("valid", None))
    same(d.ask("case", "tick")["reminded"], 1)
    roll = d.ask("title", "list", "kr.nqm", "state=valid", view="public")["titles"]
    same(len(roll), 1)
    assert d.replays(case)
    d.run("case", "check", d.path)


def a_bar_ends_after_its_year(d):
    w, case = designated(d)
    d.on("2026-09-01").act(case, "hearing", {"title": "master", "held": "2026-08-30", "why": "heard"})
    d.act(case, "revoke", {"title": "master", "ground": "false_record", "why": "w"})
    for name, day, is_barred in (("call-2027", "2027-08-31", True), ("call-2027b", "2027-09-02", False)):
        d.on(day)
        opened = d.ask("round", "open", '{"scheme": "kr.nqm", "name": "%s"}' % name)["round"]
        again = lambda: d.open("kr.nqm", "kim", round=opened)
        if is_barred:
            refused(again, "barred")
        else:
            again()


play(a_master_is_read_examined_visited_noticed_voted_and_designated, who_is_not_eligible_is_told_the_rule,
     the_life_title_is_checked_yearly_and_revoked_after_a_hearing,
     a_year_without_its_check_is_late_and_the_next_comes_all_the_same,
     a_false_record_must_cost_the_title_and_an_appeal_gives_it_back, a_bar_ends_after_its_year)
