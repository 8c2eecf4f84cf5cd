#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""An exam from its bank to the title: forms, sittings, marks, Angoff's cut, figures. Prints TAP."""
import json
import pathlib

from desk import HERE, Desk, Refused, story
from exam_items import KEYS, SECRET, right, table, wrong

D = Desk(HERE / "exam.yaml")
BANK = ("x.master", "written")
PEOPLE = {}


def exam(action, *words, who=None, on="2026-03-01T09:00:00Z", view=None):
    said = [json.dumps(w) if isinstance(w, dict) else w for w in words]
    more = (["--as-party", who] if who else []) + (["--on", on] if on else []) + (["--view", view] if view else [])
    return D.run("exam", action, D.db, *said, *more, "--by-whom", who or "desk")


def at_exam(name, on="2026-02-01"):
    D.add(kind="person", name=f"Person {name}", code=name)
    case = D.case("open", {"scheme": "x.master", "party": name}, who=name, on=on)["case"]
    D.case("fill", case, {"form": "apply", "values": {"years": "9"}, "seal": True}, who=name, on=on)
    return case


def sit(case, who, answer, on="2026-03-01T09:00:00Z", minutes=5):
    paper = exam("start", case, who=who, on=on)["paper"]
    answers = [{"n": n + 1, "item": q["item"], "answer": answer(q["item"])} for n, q in enumerate(paper)]
    later = on.replace("T09:00", f"T09:{minutes:02d}")
    exam("answer", case, {"answers": answers}, who=who, on=later)
    return paper, exam("finish", case, who=who, on=later)


def mark(by, points):
    for s in exam("marking", *BANK, who=by, on="2026-03-02")["scripts"]:
        assert "Person" not in json.dumps(s), s
        exam("mark", *BANK, {"script": s["script"], "marks": {a["item"]: points(a) for a in s["answers"]}}, who=by,
             on="2026-03-02")


def a_file_fills_the_bank_and_bad_rows_are_told():
    for k in range(4):
        D.add(kind="person", name=f"Examiner {k}", code=f"E-{k}")
        D.party("appoint", D.db, f"E-{k}", json.dumps({"scheme": "x.master", "role": "examiner"}))
    path = pathlib.Path(D.folder) / "items.csv"
    bad = 'x1,spc,single,1,"secret?",e,,,"one","two",,\nx2,cooking,single,1,"?",a,,,"one","two",,\nx3,spc,single,-1,"?",a,,,"o","t",,\n'
    path.write_text(table() + bad)
    assert "no column" in D.refused(exam, "items", *BANK, str(HERE / "exam.yaml"))
    done = exam("items", *BANK, str(path))
    assert (done["taken"], done["changed"], done["same"]) == (18, 0, 0), done
    assert [(r["row"], r["field"]) for r in done["refused"]] == [(20, "key"), (21, "topic"), (22, "points")], done
    assert "secret" not in json.dumps(done)
    again = exam("items", *BANK, str(path))
    assert (again["taken"], again["same"]) == (0, 18), again


def forms_follow_the_blueprint_and_share_no_item():
    assert "drawn" in D.refused(exam, "start", at_exam("early"), who="early")
    drawn = exam("draw", *BANK)
    assert (drawn["forms"], drawn["items"]) == (2, 6), drawn
    shown = exam("show", *BANK)
    forms = {f: sorted(i["id"] for i in shown["items"] if i["form"] == f) for f in (1, 2)}
    assert not set(forms[1]) & set(forms[2])
    for f in forms.values():
        assert [i[0] for i in f] == ["h", "m", "m", "s", "s", "s"] or sorted(i[0] for i in f if i[0] in "mn") and \
            len([i for i in f if i[0] == "s"]) == 3 and len([i for i in f if i[0] in "mn"]) == 2, f
    assert SECRET not in json.dumps(shown)


def raters_set_the_cut():
    items = exam("rating", *BANK, who="E-0")["items"]
    assert len(items) == 12 and all(SECRET in i["text"] for i in items)
    assert "key" not in json.dumps([sorted(i) for i in items])
    for k, share in enumerate(("0.5", "0.7")):
        exam("rate", *BANK, {"ratings": {i["id"]: share for i in items}}, who=f"E-{k}")
    assert "0 to 1" in D.refused(exam, "rate", *BANK, {"ratings": {items[0]["id"]: "2"}}, who="E-0")
    cuts = exam("cut", *BANK)["cuts"]
    assert [(c["cut"], c["raters"]) for c in cuts] == [("60", 2)] * 2, cuts


def a_sitting_keeps_its_order_its_numbers_and_its_end():
    case = at_exam("ann")
    for other in ("E-0", "early"):
        assert "no" in D.refused(exam, "start", case, who=other)
    first = exam("start", case, who="ann")
    assert first["state"] == "running" and first["ends"] == "2026-03-01T09:30:00Z", first
    again = exam("start", case, who="ann", on="2026-03-01T09:01:00Z")
    assert [q["item"] for q in again["paper"]] == [q["item"] for q in first["paper"]]
    assert again["ends"] == first["ends"]
    a, b = [q["item"] for q in first["paper"] if q["item"][0] != "h"][:2]  # h: marked by hand
    say = lambda *given, on: exam("answer", case, {"answers": [dict(zip(("n", "item", "answer"), g)) for g in given]},
                                  who="ann", on=on)
    on = "2026-03-01T09:10:00Z"
    assert say((1, a, wrong(a)), (2, b, right(b)), on=on)["confirmed"] == 2
    assert say((2, b, right(b)), (3, a, right(a)), on=on)["confirmed"] == 3
    assert "other content" in D.refused(say, (2, b, "zz"), on=on)
    assert "came after" in D.refused(say, (5, b, "zz"), on=on)
    assert "no such item" in D.refused(say, (4, "nope", "a"), on=on)
    view = exam("sitting", case, who="ann", on=on)
    assert view["answers"] == {a: right(a), b: right(b)} and len(view["paper"]) == 6
    late = say((4, b, wrong(b)), on="2026-03-01T09:30:00Z")
    assert (late["state"], late["late"]) == ("over", 1), late
    assert "paper" not in exam("sitting", case, who="ann", on="2026-03-01T09:31:00Z")
    assert SECRET not in json.dumps(exam("sitting", case, on=on))
    done = exam("finish", case, who="ann", on="2026-03-01T09:32:00Z")
    assert done["state"] == "scored", done
    got = D.case("show", case)["exams"][0]
    points = sum(1 if item[0] == "s" else 2 for item in (a, b))  # of 3 + 4 + 4
    value = got["percent"].split("/")
    assert abs(float(value[0]) / float(value[1] if len(value) > 1 else 1) - 100 * points / 11) < 1e-9, got
    assert got["passed"] is False and got["cut"] == "60" and got["sitting"], got


def open_answers_are_marked_by_two_who_are_blind_and_the_gate_reads_the_result():
    case = at_exam("bob")
    D.party("relate", D.db, "E-3", json.dumps({"relation": "mentors", "to": "bob"}))
    _, done = sit(case, "bob", right)
    assert done["state"] == "marking", done
    assert exam("marking", *BANK, who="E-3")["scripts"] == []  # his mentor
    mark("E-0", lambda a: "4")
    assert exam("marking", *BANK, who="E-0")["scripts"] == []
    assert D.case("show", case)["stage"] == "exam"
    mark("E-1", lambda a: "3")
    shown = D.case("show", case)
    assert shown["exams"][0]["percent"] == "1050/11", shown["exams"]  # 7 + 3.5 of 11
    assert shown["titles"][0]["title"] == "master" and D.case("replay", case)["differ"] == 0


def markers_far_apart_call_a_third_and_the_median_counts():
    case = at_exam("cho")
    sit(case, "cho", right)
    mark("E-0", lambda a: "0")
    mark("E-1", lambda a: "4")
    assert exam("sitting", case)["state"] == "marking"
    assert "waits for no mark" in D.refused(exam, "mark", *BANK, {
        "script": exam("marking", *BANK, who="E-2")["scripts"][0]["script"], "marks": {"h9": "1"}}, who="E-2")
    mark("E-2", lambda a: "3")
    assert exam("sitting", case)["percent"] == "1000/11"
    markers = exam("show", *BANK)["markers"]
    assert (markers["answers"], markers["thirds"], markers["same"]) == (2, 1, 0), markers


def nobody_hands_in_and_the_tick_ends_it():
    case = at_exam("dee")
    exam("start", case, who="dee")
    D.case("tick", on="2026-03-01T09:29:00Z")
    assert exam("sitting", case, on="2026-03-01T09:29:00Z")["state"] == "running"
    D.case("tick", on="2026-03-01T09:30:00Z")
    assert D.case("show", case)["exams"][0]["percent"] == "0"
    assert D.case("show", case)["stage"] == "exam"  # sent back: another attempt
    paper = exam("start", case, who="dee", on="2026-03-03T09:00:00Z")
    assert paper["state"] == "running" and paper["form"] in (1, 2)
    D.case("tick", on="2026-03-04")
    assert "may be sat 2 times" in D.refused(exam, "start", case, who="dee", on="2026-03-05")


def a_second_attempt_has_the_other_form_and_items_their_figures():
    first = {}
    for k in range(6):
        name = f"p{k}"
        case = at_exam(name)
        sit(case, name, (lambda item: right(item) if item[0] != "h" and (k + ord(item[1])) % 3 else wrong(item)))
        mark("E-0", lambda a: "1")
        mark("E-1", lambda a: "1")
        first[name] = D.case("show", case)["exams"][0]
    shown = exam("show", *BANK)
    assert shown["sittings"]["scored"] >= 9 and shown["sittings"]["marking"] == 0, shown["sittings"]
    figured = [i for i in shown["items"] if "facility" in i]
    assert figured and all(0 <= float(i["facility"]) <= 1 for i in figured), shown["items"]
    assert SECRET not in json.dumps(shown)


def no_read_path_of_the_database_tells_an_item():
    log = D.run("log", D.db)
    assert SECRET not in json.dumps(log) and "many words" not in json.dumps(log)
    assert b"Geheimfrage" not in pathlib.Path(D.db).read_bytes()
    for who in ("ann", "bob", "E-0"):
        for action in ("show", "rating", "marking"):
            try:
                told = json.dumps(exam(action, *BANK, who=who))
            except Refused:
                continue
            assert who == "E-0" and action != "show" and '"key"' not in told, (who, action)


try:
    story([a_file_fills_the_bank_and_bad_rows_are_told, forms_follow_the_blueprint_and_share_no_item, raters_set_the_cut,
           a_sitting_keeps_its_order_its_numbers_and_its_end,
           open_answers_are_marked_by_two_who_are_blind_and_the_gate_reads_the_result,
           markers_far_apart_call_a_third_and_the_median_counts, nobody_hands_in_and_the_tick_ends_it,
           a_second_attempt_has_the_other_form_and_items_their_figures, no_read_path_of_the_database_tells_an_item])
finally:
    D.close()
