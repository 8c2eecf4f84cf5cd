# SPDX-License-Identifier: GPL-3.0-or-later
"""A file in the browser's way: sent, looked at, corrected, imported; never doubled, never another's, never left."""
import os
import signal

from server import Server, run, wait_for
from workbook import shift, workbook

S = Server()
FOLDER = S.database + "-staged"


def send(body, name="plant.csv", expect=201, **rest):
    answer = S.ask("POST", f"/api/v1/imports?name={name}", body, headers={"Content-Type": "application/octet-stream"}, **rest)
    assert answer.status == expect, answer
    return answer.json()


def finish(file, **rest):
    answer = S.ask("POST", f"/api/v1/imports/{file['id']}/commit", **rest)
    assert answer.status == 202, answer
    done = wait_for(lambda: (lambda x: x if x["state"] in ("done", "failed") else None)(S.get(f"/api/v1/imports/{file['id']}", **rest)))
    assert done["state"] == "done", done
    return done


KOREAN = "측정시각;특성;측정값;작업자\n" + "".join(
    f"05.01.2026 08:{i // 60:02}:{i % 60:02};축경;{24 + i % 9 / 100:.2f};김\n".replace(".", ",", 0) for i in range(300))


def a_guess_is_shown_with_encoding_columns_and_rows():
    "a Korean file in CP949 with semicolons is understood: encoding, columns, rows and what cannot be read"
    body = KOREAN.replace("24.05", "abc").encode("cp949")
    f = send(body)
    p = f["preview"]
    assert "encoding=cp949" in p["dialect"].lower(), p["dialect"]
    roles = {c["name"]: c["role"] for c in p["columns"]}
    assert roles == {"측정시각": "time", "특성": "characteristic", "측정값": "value", "작업자": "operator"}, roles
    assert p["head"][0].startswith("측정시각"), p["head"]
    assert p["rows"][0]["value"] == 24.00 and p["rows"][0]["operator"] == "김", p["rows"][0]
    assert p["received"] == 300 and p["refused"] == 33 and p["refusals"][0]["reason"] == "not-a-number", p["refusals"]
    assert p["refusals"][0]["line"] == 7 and p["refusals"][0]["found"] == "abc", p["refusals"]
    assert S.get("/api/v1/characteristics")["total"] == 0  # nothing is stored yet


def a_wrong_guess_is_corrected():
    "dialect and columns can be corrected until the preview is right; what cannot be right is told"
    f = send("a|b|c\n1|2,5|x\n2|2,6|y\n", "odd.txt")
    fixed = S.ask("PUT", f"/api/v1/imports/{f['id']}", {"dialect": "delimiter=|;decimal=,", "column_value": "b", "under": "site/line"})
    assert fixed.status == 200, fixed
    assert [r["value"] for r in fixed.json()["preview"]["rows"]] == [2.5, 2.6], fixed
    bad = S.ask("PUT", f"/api/v1/imports/{f['id']}", {"column_value": "nowhere"}).json()
    assert "nowhere" in bad["trouble"] and bad["preview"]["head"][0] == "a|b|c", bad
    assert FOLDER not in bad["trouble"]
    assert S.ask("PUT", f"/api/v1/imports/{f['id']}", {"source": "no blanks"}).status == 422
    assert S.ask("PUT", f"/api/v1/imports/{f['id']}", {"colour": "red"}).status == 422
    assert S.ask("DELETE", f"/api/v1/imports/{f['id']}").status == 204
    assert S.ask("GET", f"/api/v1/imports/{f['id']}").status == 404


def a_workbook_shows_its_sheets():
    "a workbook: its sheets, the one that is read with its first lines, another one when asked for; then stored"
    with open(os.path.join(os.environ["ASSAY_TEST_DATA"], "xlsx/ccxbar.xlsx"), "rb") as f:
        f = send(f.read(), "ccxbar.xlsx")
    p = f["preview"]
    assert (p["sheets"], p["sheet"], p["received"]) == (["Deckblatt", "Messwerte"], 2, 100), p
    assert p["head"][1] == "Prüfling,Tag,Datum/Uhrzeit,Stärke [µm]" and p["rows"][0]["line"] == 3, p
    put = lambda **s: S.ask("PUT", f"/api/v1/imports/{f['id']}", s).json()
    other = put(dialect="sheet=1")
    assert other["preview"]["sheet"] == 1 and other["preview"]["head"][0] == "Prüfprotokoll,", other
    assert "sheet" in put(dialect="sheet=none")["trouble"]
    assert put(dialect="sheet=2", zone="Europe/Berlin", under="book")["preview"]["sheet"] == 2
    done = finish(f)
    assert done["progress"]["stored"] == 100 and done["progress"]["at"] == done["bytes"], done
    assert [c["path"] for c in done["brought"]] == ["book/Stärke"], done


def another_sheet_is_another_content():
    "sheets without times, one after the other; a workbook that was saved anew brings only what is new"
    book = workbook(Mon=shift(1), Tue=shift(2))

    def brought(body, sheet):
        f = send(body, "days.xlsx")
        assert S.ask("PUT", f"/api/v1/imports/{f['id']}", {"dialect": f"sheet={sheet}", "under": "days"}).status == 200
        progress = finish(f)["progress"]
        return [progress[k] for k in ("stored", "duplicates", "conflicts")]
    assert brought(book, "Mon") == [20, 0, 0]
    assert brought(book, "Tue") == [20, 0, 0]
    saved = workbook(Mon=shift(1), Tue=shift(2), Wed=shift(3))
    assert brought(saved, "Tue") == [0, 20, 0]
    assert brought(saved, "Wed") == [20, 0, 0]


def another_column_is_no_duplicate():
    "one file, read once by one column and once by another, or under another path"
    body = "a,b\n" + "".join(f"{10 + i % 7 / 100:.2f},{20 + i % 5 / 100:.2f}\n" for i in range(50))

    def stored(**settings):
        f = send(body, "ab.csv")
        assert S.ask("PUT", f"/api/v1/imports/{f['id']}", settings).status == 200
        return finish(f)["progress"]["stored"]
    assert [stored(column_value="a"), stored(column_value="b"), stored(column_value="b", under="x"), stored(column_value="a")] == [50, 50, 50, 0]


def an_import_ends_in_a_chart():
    "the rows are stored, counted, and their characteristic is named for the chart"
    f = send(KOREAN.encode())
    done = finish(f)
    assert done["state"] == "done" and done["progress"]["stored"] == 300, done
    number = done["brought"][0]["number"]
    chart = S.get(f"/api/v1/characteristics/{number}/chart?type=i-mr")
    assert chart, chart
    again = finish(send(KOREAN.encode()))
    assert again["progress"]["stored"] == 0 and again["progress"]["duplicates"] == 300, again
    assert S.ask("POST", f"/api/v1/imports/{f['id']}/commit").status == 409


def rows_without_time_are_not_doubled():
    "the same file without times, sent twice, is stored once"
    body = "diameter\n" + "".join(f"{10 + i % 7 / 100:.2f}\n" for i in range(500))
    assert finish(send(body, "one.csv"))["progress"]["stored"] == 500
    second = finish(send(body, "one.csv"))["progress"]
    assert (second["stored"], second["duplicates"]) == (0, 500), second
    rows = S.get("/api/v1/characteristics?search=diameter")
    assert rows["total"] == 1, rows


def limits_of_a_dfq_come_along():
    "an AQDEF file brings nominal and limits"
    dfq = "K0100 1\nK1001/1 4711\nK1002/1 Shaft\nK2001/1 1\nK2002/1 Bore\nK2101/1 10\nK2110/1 9.9\nK2111/1 10.1\nK2142/1 mm\n"
    dfq += "".join(f"{10 + i % 5 / 100:.2f}\x140\x1406.01.2026/08:00:{i:02}\n" for i in range(50))
    f = send(dfq, "shaft.dfq")
    c = f["preview"]["characteristics"][0]
    assert c["unit"] == "mm" and c["n"] == 50, c
    done = finish(f)
    assert done["progress"]["stored"] == 50, done
    shown = S.get(f"/api/v1/characteristics/{done['brought'][0]['number']}")
    assert (shown["lower"], shown["upper"]) == (9.9, 10.1), shown


LIMITS = "시각,특성,측정값,규격하한,규격상한,단위,품번\n" + "".join(
    f"2026-01-01T00:00:{i:02}Z,축경,{10 + i % 5 / 100:.2f},9.5,10.5,mm,A-1\n" for i in range(50))


def limits_of_rows_come_along():
    "columns of limits are shown as such and complete the definition; what is stored stays and is told"
    f = send(LIMITS.encode("cp949"), "limits.csv")
    roles = {c["name"]: c["role"] for c in f["preview"]["columns"]}
    assert (roles["규격하한"], roles["규격상한"], roles["품번"]) == ("lower", "upper", "part_number"), roles
    c = f["preview"]["characteristics"][0]
    assert (c["lower"], c["upper"], c["unit"]) == (9.5, 10.5, "mm"), c
    number = next(b["number"] for b in finish(f)["brought"])
    shown = S.get(f"/api/v1/characteristics/{number}")
    assert (shown["lower"], shown["upper"], shown["part_number"]) == (9.5, 10.5, "A-1"), shown
    other = send(LIMITS.replace(",10.5,", ",10.7,").replace("00:00:", "01:00:").encode(), "other.csv")
    assert any("10.7" in w and "10.5" in w for w in other["preview"]["warnings"]), other["preview"]["warnings"]
    assert finish(other)["progress"]["stored"] == 50
    assert S.get(f"/api/v1/characteristics/{number}")["upper"] == 10.5
    none = S.ask("PUT", f"/api/v1/imports/{send(LIMITS.encode(), 'no.csv')['id']}", {"column_lower": "-"}).json()
    assert none["preview"]["characteristics"][0].get("lower") is None, none["preview"]["characteristics"]


def limits_of_rows_are_an_engineers_to_give():
    "who may only measure gives limits to what his file brings, not to what was there before"
    park = S.person("park", "operator@park-site")
    body = "characteristic,time,value,LSL\npark-site/old,2026-01-01T00:00:00Z,1,\n"
    finish(send(body, token=park), token=park)
    f = send("characteristic,time,value,LSL\npark-site/old,2026-01-02T00:00:00Z,1,0.5\n"
             "park-site/new,2026-01-02T00:00:00Z,1,0.5\n", token=park)
    assert len(f["preview"]["warnings"]) == 1 and "park-site/old" in f["preview"]["warnings"][0], f["preview"]
    done = finish(f, token=park)
    lower = {b["path"]: S.get(f"/api/v1/characteristics/{b['number']}")["lower"] for b in done["brought"]}
    assert lower == {"park-site/old": None, "park-site/new": 0.5}, lower


def a_row_is_named_by_its_line():
    "the preview names lines of the file, as refusals do"
    p = send("made by a gauge\n\nid;value\na;1,5\n\nb;x\nc;2,5\nd;3,5\n", "lines.csv")["preview"]
    assert [r["line"] for r in p["rows"]] == [4, 7, 8], p["rows"]
    assert p["refusals"][0]["line"] == 6, p["refusals"]


def what_was_expected_is_said_in_the_readers_language():
    "of a refused row the expected text is translated, the reason is not"
    f = send("value\n1.5\n2.5\nx\n", "words.csv")
    for language, words in (("en", "a number such as 24.5"), ("ko", "24.5 같은 숫자"), ("zh", "如 24.5 的数字")):
        answer = S.ask("GET", f"/api/v1/imports/{f['id']}", headers={"Accept-Language": language}).json()
        r = answer["preview"]["refusals"][0]
        assert (r["reason"], r["expected"]) == ("not-a-number", words), r


def a_file_is_its_senders_alone():
    "nobody else sees it, an operator of another site stores nothing of it"
    kim = S.person("kim", "operator@kim-site")
    f = send("characteristic,time,value\nother/x,2026-01-01T00:00:00Z,1\nkim-site/x,2026-01-01T00:00:00Z,2\n", token=kim)
    assert S.ask("GET", f"/api/v1/imports/{f['id']}").status == 404
    done = finish(f, token=kim)
    assert (done["progress"]["stored"], done["progress"]["refused"]) == (1, 1), done
    assert S.get("/api/v1/characteristics?search=other/x")["total"] == 0


def files_are_bounded_and_do_not_stay():
    "an empty file, too many files, and a file too large are refused; the folder is empty after the end and after a kill"
    send(b"", expect=422)
    files = []
    while True:
        answer = S.ask("POST", "/api/v1/imports", b"value\n1\n", headers={"Content-Type": "application/octet-stream"})
        if answer.status != 201:
            break
        files.append(answer.json()["id"])
        assert len(files) <= 16
    assert answer.status == 409, answer
    big = S.connect()
    big.putrequest("POST", "/api/v1/imports")
    big.putheader("Authorization", f"Bearer {S.token}")
    big.putheader("Content-Length", str(10 << 30))
    big.endheaders()
    assert big.getresponse().status in (409, 413)
    S.stop(signal.SIGKILL)
    assert os.listdir(FOLDER)
    S.start()
    assert os.listdir(FOLDER) == []
    send("value\n1\n")
    assert len(os.listdir(FOLDER)) == 1
    S.stop()
    assert not os.path.exists(FOLDER)


try:
    run(a_guess_is_shown_with_encoding_columns_and_rows, a_wrong_guess_is_corrected, a_workbook_shows_its_sheets, an_import_ends_in_a_chart,
        rows_without_time_are_not_doubled, another_sheet_is_another_content, another_column_is_no_duplicate, limits_of_a_dfq_come_along, limits_of_rows_come_along, limits_of_rows_are_an_engineers_to_give,
        a_row_is_named_by_its_line, what_was_expected_is_said_in_the_readers_language, a_file_is_its_senders_alone,
        files_are_bounded_and_do_not_stay)
finally:
    S.close()
