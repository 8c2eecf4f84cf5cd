#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""An association: members, elections with quorum, resolutions with minutes. Prints TAP."""
import json

from drive import play, refused, same
from walk import Walk


def a_firm_enters_by_vote_pays_dues_and_stays(d):
    w = Walk(d, "association-member", party={"size": "small"})
    case = w.open()
    same(w.walk(case)[:3], ["apply", "entry", "yearly"])
    assert "member" in w.titles(case)
    same({m["money"] for m in d.show(case)["money"]}, {"entry_fee", "dues"})


def who_is_voted_down_does_not_enter(d):
    w = Walk(d, "association-member", party={"size": "small"}, vote="no")
    case = w.open()
    w.walk(case)
    same(w.outcome(case)[0], "rejected")


def officers_are_elected_by_all_members_with_quorum_and_seats(d):
    w = Walk(d, "association-election", party={"body": "board"}, answers={"stand": {"two_offices": False}, "ballot": {"vote": "yes"}})
    cases = w.round({"ha": {}, "lee": {"body": "supervisors"}})
    for case in cases.values():
        same(w.outcome(case), ("passed", {"enter": ("pass", None), "elected": ("pass", None), "heard": ("pass", None)}))
        same(w.titles(case), ["office"])
        assert any(f["form"] == "minutes" for f in d.show(case)["forms"])


def nobody_is_elected_by_a_minority(d):
    w = Walk(d, "association-election", party={"body": "board"},
             answers={"stand": {"two_offices": False}, "ballot": lambda judge: {"vote": "yes" if judge in ("member1", "member2") else "no"}})
    case = w.round({"ha": {}})["ha"]
    same(w.outcome(case)[0], "rejected")


def nobody_sits_on_the_board_and_supervises_it(d):
    w = Walk(d, "association-election", party={"body": "board"}, answers={"stand": {"two_offices": True}})
    case = w.round({"ha": {}})["ha"]
    assert "supervises" in w.reasons(case)


def a_major_matter_is_consulted_first_and_needs_two_thirds(d):
    w = Walk(d, "association-resolution", party={"matter": "major"})
    case = w.open()
    same(w.walk(case), ["propose", "consult", "major_vote", "oversight", "minutes", "disclose"])
    w.party = {"matter": "ordinary"}
    case = w.open("second")
    same(w.walk(case, "second"), ["propose", "ordinary_vote", "minutes", "disclose"])
    decided = [x for x in d.show(case)["decisions"] if x.get("gate") == "ordinary"][0]
    same(decided["outcome"], "pass")


def the_charter_is_voted_by_all_members_and_overseen(d):
    w = Walk(d, "association-resolution", party={"matter": "charter"}, answers={"ballot": {"vote": "yes"}})
    case = w.open()
    same(w.walk(case), ["propose", "consult", "charter_vote", "oversight", "minutes", "disclose"])
    same(w.outcome(case)[1]["charter"], ("pass", None))
    assert d.replays(case)
    w.answers["ballot"] = lambda judge: {"vote": "yes" if judge in ("member1", "member2", "member3", "member4") else "no"}
    case = w.open("second")
    w.walk(case, "second")
    same(w.outcome(case)[0], "rejected")  # 4 of 6 is two thirds, not more


def what_the_supervisors_find_wrong_goes_back_to_its_proposer(d):
    w = Walk(d, "association-resolution", party={"matter": "major"}, answers={"oversight": {"rules_kept": False}})
    case = w.open()
    same(w.walk(case, most=5), ["propose", "consult", "major_vote", "oversight", "propose"])
    assert "rules broken" in str(d.show(case)["decisions"])


def one_president_is_elected_of_two(d):
    votes = {"ha": "yes", "lee": "no"}
    w = Walk(d, "association-election", party={"body": "president"}, answers={"stand": {"two_offices": False}})
    w.answers["ballot"] = lambda judge: {"vote": "yes" if judge != "member1" or w.case == first[0] else "no"}
    first = [None]
    cases = {}
    opened = d.ask("round", "open", '{"scheme": "%s", "name": "first", "closes": "2026-03-31"}' % w.s.id)
    for name in votes:
        cases[name] = w.open(name, round=opened["round"])
        first[0] = first[0] or cases[name]
    for name in votes:
        w.walk(cases[name], name)
    d.on("2026-04-05").ask("round", "decide", "first", "congress")
    same([w.outcome(cases[n])[1]["elected"][0] for n in votes], ["pass", "reject"])
    assert "1 pass" in w.reasons(cases["lee"])


def entry(d):
    """A firm whose entry the board of three votes on."""
    w = Walk(d, "association-member", party={"size": "small"})
    case = w.open()
    w.walk(case, until="entry")
    return w, case, lambda who, choice: d.act(case, "vote", {"choice": choice}, by=who)


def a_vote_below_the_quorum_admits_nobody(d):
    w, case, vote = entry(d)
    vote("board1", "yes")
    same((d.stage(case), d.show(case)["phase"]), ("entry", "open"))  # the others may still vote
    refused(lambda: d.act(case, "close", {"why": "nobody else comes"}, by="board1"), "desk")
    d.act(case, "close", {"why": "nobody else comes"})
    same(w.outcome(case)[0], "rejected")
    assert "1 of 3 voted; the quorum is" in w.reasons(case), w.reasons(case)
    assert d.replays(case)


def a_tie_is_no_majority_and_an_abstention_counts_for_the_quorum_alone(d):
    w, case, vote = entry(d)
    for who, choice in (("board1", "yes"), ("board2", "no"), ("board3", "abstain")):
        vote(who, choice)
    same(w.outcome(case)[0], "rejected")
    second = w.open("second")
    w.walk(second, "second", until="entry")
    for who, choice in (("board1", "yes"), ("board2", "abstain"), ("board3", "abstain")):
        d.act(second, "vote", {"choice": choice}, by=who)
    same(w.outcome(second)[1]["entry"], ("pass", None))


def who_works_for_the_firm_is_not_counted_without_recusing_himself(d):
    w, case, vote = entry(d)
    d.ask("party", "relate", "applicant", '{"relation": "employs", "to": "%s"}' % d.parties["board2"])
    d.ask("party", "relate", "applicant", '{"relation": "employs", "to": "%s", "until": "2025-12-31"}' % d.parties["board3"])  # it does not look back
    refused(lambda: vote("board2", "yes"), "tied to the party")
    refused(lambda: vote("witness", "yes"), "only members of board")
    refused(lambda: vote("board1", "perhaps"), "expected yes, no, abstain or recuse")
    vote("board1", "yes")
    vote("board3", "abstain")  # that is everybody who is entitled
    sealed = [x for x in d.show(case)["decisions"] if x.get("gate") == "entry"][0]["vote"]
    same(sealed, {"yes": 1, "no": 0, "abstain": 1, "eligible": 2})
    same(w.titles(case), ["member"])
    assert d.replays(case)


def a_year_without_dues_rests_the_membership_until_they_are_paid(d):
    w, case, vote = entry(d)
    for who in ("board1", "board2", "board3"):
        vote(who, "yes")
    fees = lambda: [m["money"] for m in d.show(case)["money"] if m["kind"] == "granted"]
    pay = lambda money: d.act(case, "pay", {"money": money, "amount": "1000"})
    same(fees(), ["entry_fee"])
    state = lambda: d.show(case)["titles"][0]["state"]
    w.answers["year"] = {"dues_paid": False}
    d.on("2027-03-04")
    w.do(case, "yearly", "applicant_speaker")
    same((state(), fees()), ("suspended", ["entry_fee"]))
    w.answers["year"] = {"dues_paid": True}
    for year in (2028, 2029):
        d.on(f"{year}-03-04")
        w.do(case, "yearly", "applicant_speaker")
        pay("dues")  # each year's own
        refused(lambda: pay("dues"), "only 0 of dues")
    same(fees(), ["entry_fee", "dues", "dues"])
    assert d.replays(case)


def nobody_is_turned_away_because_his_seats_are_not_known(d):
    w = Walk(d, "association-election", party={}, answers={"stand": {"two_offices": False}, "ballot": {"vote": "yes"}})
    opened = d.ask("round", "open", '{"scheme": "%s", "name": "first", "closes": "2026-03-31"}' % w.s.id)
    case = w.open("ha", round=opened["round"])
    w.walk(case, "ha", until="congress")
    d.assign(case, *[f"member{i + 1}" for i in range(6)])
    for i in range(6):
        d.fill(case, "ballot", {"vote": "yes"}, by=f"member{i + 1}")
    d.on("2026-04-05")
    refused(lambda: d.ask("round", "decide", "first", "congress"), f"case {case}: the quota seats[body] is not known")
    same(d.show(case)["phase"], "waiting")
    d.ask("party", "change", d.parties["ha"], '{"body": "president"}')
    d.ask("round", "decide", "first", "congress")
    same(w.outcome(case)[1]["elected"][0], "pass")


def congress(d, *ballots):
    """A candidate for president after so many ballots of six members; the desk ends the waiting."""
    w = Walk(d, "association-election", party={"body": "president"}, answers={"stand": {"two_offices": False}})
    opened = d.ask("round", "open", '{"scheme": "%s", "name": "first", "closes": "2026-03-31"}' % w.s.id)
    case = w.open("ha", round=opened["round"])
    w.walk(case, "ha", until="congress")
    d.assign(case, *[f"member{i + 1}" for i in range(6)])
    for i, choice in enumerate(ballots):
        d.fill(case, "ballot", {"vote": choice}, by=f"member{i + 1}")
    d.act(case, "close", {"why": "the urn is closed"})
    same(d.show(case)["phase"], "waiting")
    refused(lambda: d.fill(case, "ballot", {"vote": "yes"}, by="member6"), "to be decided")
    d.on("2026-04-05").ask("round", "decide", "first", "congress")
    return w, case


def nobody_is_elected_below_the_quorum_of_the_congress(d):
    w, case = congress(d, "yes", "yes")
    same(w.outcome(case)[0], "rejected")
    assert "2 of 6" in w.reasons(case), w.reasons(case)
    with type(d)(d.program) as other:
        w, case = congress(other, "yes", "yes", "no")  # half of six is the quorum
        same(w.outcome(case)[1]["elected"][0], "pass")


def a_charter_that_few_vote_on_stays_as_it_is(d):
    w = Walk(d, "association-resolution", party={"matter": "charter"})
    case = w.open()
    w.walk(case, until="charter_vote")
    d.assign(case, *[f"member{i + 1}" for i in range(6)])
    for i in range(2):
        d.fill(case, "ballot", {"vote": "yes"}, by=f"member{i + 1}")
    w.later(31)
    d.ask("case", "tick")  # what is there is counted
    same(w.outcome(case)[0], "rejected")
    assert "2 of 6" in w.reasons(case), w.reasons(case)


YEAR = {"activities": "two courses", "members_now": "8", "opening_cny": "1000", "income_cny": "9000", "spent_cny": "7000", "closing_cny": "3000"}


def a_year_is_reported_examined_accepted_and_disclosed(d):
    w = Walk(d, "association-year", answers={"report": dict(YEAR), "examination": {"stand": "clean"}, "ballot": {"vote": "yes"}})
    case = w.round({"y2026": {}})["y2026"]
    same(w.outcome(case)[0], "passed")
    same([x["stage"] for x in d.show(case)["decisions"]][:3], ["report", "examine", "congress"])
    same([m["value"] for m in d.ask("title", "measures", w.s.id)["measures"]], ["7000"])
    assert d.replays(case)


def sums_that_do_not_agree_or_books_not_seen_come_back(d):
    w = Walk(d, "association-year", answers={"report": {**YEAR, "closing_cny": "3001"}})
    case = w.round({"y2026": {}})["y2026"]
    assert "do not add up" in w.reasons(case)
    with type(d)(d.program) as other:
        w = Walk(other, "association-year", answers={"report": dict(YEAR), "examination": {"stand": "refused"}})
        case = w.round({"y2026": {}}, most=1)["y2026"]
        assert "did not pass" in str(other.show(case)["decisions"])


def the_public_roll_leads_to_the_credential_of_a_firm_it_names(d):
    w, case, vote = entry(d)
    for who in ("board1", "board2", "board3"):
        vote(who, "yes")
    d.run("ledger", "init", d.path, "--origin", "ledger.example.org/roll", "-q")
    for use in ("credential", "rsa"):
        d.run("signer", "add", f"{d.path}-keys", use, "issuer", "-q")
    d.run("credential", "issuer", d.path, "--name", "Association", "--host", "example.org", "-q")
    issued = json.loads(d.run("title", "issue", d.path, w.s.id, "why=roll", "--json"))["issued"]
    shown = d.ask("title", "list", w.s.id, view="public")["titles"]
    same([t["credential"]["id"] for t in shown], [issued[0]["credential"]])


play(the_public_roll_leads_to_the_credential_of_a_firm_it_names,
     a_firm_enters_by_vote_pays_dues_and_stays, who_is_voted_down_does_not_enter,
     officers_are_elected_by_all_members_with_quorum_and_seats, nobody_is_elected_by_a_minority,
     nobody_sits_on_the_board_and_supervises_it, a_major_matter_is_consulted_first_and_needs_two_thirds,
     the_charter_is_voted_by_all_members_and_overseen, what_the_supervisors_find_wrong_goes_back_to_its_proposer,
     one_president_is_elected_of_two, a_year_is_reported_examined_accepted_and_disclosed,
     sums_that_do_not_agree_or_books_not_seen_come_back, a_vote_below_the_quorum_admits_nobody,
     a_tie_is_no_majority_and_an_abstention_counts_for_the_quorum_alone,
     who_works_for_the_firm_is_not_counted_without_recusing_himself,
     a_year_without_dues_rests_the_membership_until_they_are_paid,
     nobody_is_turned_away_because_his_seats_are_not_known, nobody_is_elected_below_the_quorum_of_the_congress,
     a_charter_that_few_vote_on_stays_as_it_is)
