#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pages of lists with their filters: full, in order, counted, nothing in them that is over. Prints TAP."""
import json
import sqlite3

from desk import HERE, Desk, story

D = Desk(HERE / "pages.yaml")
CASE = {}


def ask(verb, action, *words, day=None, who=None, view=None):
    more = (["--on", f"{day}T09:00:00Z"] if day else []) + (["--as-party", who] if who else []) + (["--view", view] if view else [])
    return D.run(verb, action, D.db, *[json.dumps(w) if isinstance(w, dict) else w for w in words], *more)


def pages(verb, action, member, *words):
    """Of two rows each, by the mark of the one before."""
    found, after = [], []
    while True:
        page = ask(verb, action, *words, *after, "--rows", "2")
        found.append(page[member])
        if page["next"] is None:
            return found
        assert len(page[member]) == 2, page
        after = [f"after={page['next']}"]


def numbers(*words, action="list"):
    """The cases of all pages by their number, in their order."""
    name = {case: k for k, case in CASE.items()}
    return [name[c["id"]] for page in pages("case", action, "cases", *words) for c in page]


def wishes_are_made():
    "twelve wishes: 0, 4, 8 not yet asked for, 1, 5, 9 to be checked, 2, 6, 10 refused, 3, 7, 11 granted"
    D.add(kind="person", name="Clerk", code="C")
    ask("party", "appoint", "C", {"scheme": "x.pages", "role": "clerk"})
    for k in range(12):
        day, place = f"2026-03-{k + 1:02}", "south" if k % 8 > 3 else "north"
        D.add(kind="person", name=f"Kim {k}", code=f"K{k}")
        CASE[k] = ask("case", "open", {"scheme": "x.pages", "party": f"K{k}", "title": f"wish {k}", "place": place}, day=day, who=f"K{k}")["case"]
        if k % 4:
            ask("case", "fill", CASE[k], {"form": "ask", "values": {"what": f"thing {k}"}, "seal": True}, day=day, who=f"K{k}")
        if k % 4 > 1:
            ask("case", "fill", CASE[k], {"form": "check", "values": {"is_fine": k % 4 == 3}, "seal": True}, day=day, who="C")


def a_filter_without_another_gives_full_pages_in_order():
    waiting = [1, 3, 5, 7, 9, 11]  # granted ones are shown until somebody may have objected
    by_due = sorted(waiting, key=lambda k: (k + (9 if k % 4 == 3 else 5), k))
    assert numbers("state=open") == by_due + [0, 4, 8], numbers("state=open")
    assert numbers("scheme=x.pages", "state=open") == by_due + [0, 4, 8]
    assert numbers("stage=check") == [1, 5, 9] and numbers("scheme=x.pages", "stage=ask") == [0, 4, 8]
    assert numbers("state=rejected") == [10, 6, 2] and numbers("state=passed") == []
    assert numbers("stage=check", "state=rejected") == []
    assert numbers("scheme=x.pages", action="due") == by_due and numbers("stage=check", action="due") == [1, 5, 9]
    assert numbers("state=rejected", action="due") == []
    assert numbers() == list(range(11, -1, -1))
    counts = [ask("case", "list", *q)["count"] for q in (["state=open"], ["stage=ask"], ["scheme=x.pages"], ["state=rejected"])]
    assert counts == [9, 3, 12, 3], counts


def a_filter_that_no_list_is_of_passes_over_what_does_not_fit():
    D.add(kind="person", name="Lee", code="L")
    for k in range(7):
        CASE[f"L{k}"] = ask("case", "open", {"scheme": "x.pages", "party": "L", "title": "more"}, day=f"2026-04-0{k + 1}", who="L")["case"]
    for k in (1, 5):
        ask("case", "withdraw", CASE[f"L{k}"], {"why": "no more"}, day="2026-04-08", who="L")
    assert numbers("party=L", "state=withdrawn") == ["L5", "L1"]
    assert numbers("party=L", "state=open") == ["L6", "L4", "L3", "L2", "L0"]


def titles_of_a_place_are_a_list():
    assert [ask("title", "list", "x.pages", *q)["count"] for q in ([], ["place=north"], ["place=south"], ["title=holder"], ["place=west"])] == [3, 2, 1, 3, 0]
    for view in ("desk", "public"):
        assert len(ask("title", "list", "x.pages", "place=south", "title=holder", view=view)["titles"]) == 1
        assert len(ask("title", "list", "x.pages", "place=north", "state=valid", view=view)["titles"]) == 2


def a_notice_that_is_over_stands_in_no_list():
    def listed():
        with sqlite3.connect(D.db) as db:
            return db.execute("SELECT name, n FROM list WHERE name LIKE 'notice%' ORDER BY name").fetchall()
    out = ask("title", "notices", day="2026-03-12", view="public")
    assert [n["shown"]["what"] for n in out["notices"]] == ["thing 11", "thing 7"], out
    ask("case", "tick", day="2026-03-12")
    assert listed() == [("notice", 2), ("notice/s/x.pages", 2)], listed()
    ask("case", "rebuild")
    assert listed() == [("notice", 2), ("notice/s/x.pages", 2)], listed()
    assert ask("title", "notices", day="2026-03-12", view="public") == out
    ask("case", "tick", day="2026-03-30")
    assert listed() == [("notice", 0), ("notice/s/x.pages", 0)], listed()
    assert numbers("state=passed") == [11, 7, 3]


def the_public_roll_ends_where_only_expired_titles_follow():
    for _ in range(2):
        ask("case", "tick", day="2027-03-10")
    assert [t["state"] for t in ask("title", "list", "x.pages")["titles"]] == ["valid", "expired", "expired"]
    assert [t["name"] for t in ask("title", "list", "x.pages", view="public")["titles"]] == ["Kim 11"]
    assert ask("title", "list", "x.pages", "state=expired", view="public")["titles"] == []


def people_are_found_page_by_page():
    for name in ("Kimber", "Kimono", "Lotus"):
        D.add(kind="firm", name=name, code=name)
    D.add(kind="team", name="Kimchi", code="Kimchi")
    found = [p["name"] for page in pages("party", "list", "parties", "search=kim") for p in page]
    assert sorted(found) == sorted([f"Kim {k}" for k in range(12)] + ["Kimber", "Kimchi", "Kimono"]), found
    assert [p["name"] for page in pages("party", "list", "parties", "search=kim", "kind=firm") for p in page] == ["Kimber", "Kimono"]
    assert len([p for page in pages("party", "list", "parties", "search=kim", "kind=person") for p in page]) == 12


def members_see_the_meetings_of_their_role():
    D.add(kind="person", name="Member", code="M")
    ask("party", "appoint", "M", {"scheme": "x.pages", "role": "board"})
    for k, role in enumerate(("board", "clerk", "board")):
        ask("meeting", "open", {"scheme": "x.pages", "role": role, "title": f"m{k}", "cases": []}, day=f"2026-05-0{k + 1}")
    def seen(who=None):
        return [m["title"] for m in ask("meeting", "list", who=who)["meetings"]]
    for _ in range(2):
        assert (seen(), seen("M"), seen("C"), seen("K0")) == (["m2", "m1", "m0"], ["m2", "m0"], ["m1"], [])
        ask("case", "rebuild")


try:
    story([wishes_are_made, a_filter_without_another_gives_full_pages_in_order,
           a_filter_that_no_list_is_of_passes_over_what_does_not_fit, titles_of_a_place_are_a_list,
           a_notice_that_is_over_stands_in_no_list, the_public_roll_ends_where_only_expired_titles_follow,
           people_are_found_page_by_page, members_see_the_meetings_of_their_role])
finally:
    D.close()
