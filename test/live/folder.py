# SPDX-License-Identifier: GPL-3.0-or-later
"""The folder door: files that appear, grow, come twice, are bad; and kills in between."""
import os
import random
import shutil
import time

from doors import DATA, Plant, assay, digests, imported, run
from workbook import shift, workbook

CSV = os.path.join(DATA, "csv/ccxbar-iso.csv")


def plant(**settings):
    p = Plant(door="folder", path="", **{"settle_ms": 30, "idle_s": 1, **settings})
    p.inbox = p.path("in")
    p.source["path"] = p.inbox
    os.mkdir(p.inbox)
    return p


def move_in(p, source, name=None):
    name = name or os.path.basename(source)
    shutil.copy(source, p.path(name))
    os.rename(p.path(name), os.path.join(p.inbox, name))


def archived(p):
    found = []
    for folder, _, names in os.walk(os.path.join(p.inbox, "archive")):
        found += names
    return sorted(found)


def conserved(account):
    return account["received"] == sum(account[k] for k in ("stored", "duplicates", "conflicts", "refused", "pending"))


def formats_read_as_imports():
    "CSV, AQDEF, a pair, QIF and a workbook through the folder give the digests of an import"
    for files in (["csv/ccxbar-iso.csv"], ["dfq/one-dataset/ccxbar-record-mode.dfq"],
                  ["dfq/one-dataset/ccxbar-kfield-mode.dfq"],
                  ["dfq/one-dataset/ccxbar.dfd", "dfq/one-dataset/ccxbar.dfx"], ["qif/ccxbar.qif"], ["xlsx/ccxbar.xlsx"],
                  ["calypso/WAFER-100_1_hdr.txt", "calypso/WAFER-100_1_chr.txt"]):
        p = plant(zone="Europe/Berlin").start()
        try:
            for f in files:
                move_in(p, os.path.join(DATA, f))
            d = p.wait(lambda d: d["files"] == 1)
            assert d["account"]["stored"] == (10 if "calypso" in files[0] else 100) and conserved(d["account"]), d
            p.stop()
            assert archived(p) == sorted(map(os.path.basename, files)), archived(p)
            assert sorted(os.listdir(p.inbox)) == ["archive"]
            assert digests(p.database) == imported(os.path.join(DATA, files[-1]), args=("--zone", "Europe/Berlin"))
        finally:
            p.close()


def content_counts_once():
    "the same content under a new name adds nothing, also after a restart"
    p = plant().start()
    try:
        move_in(p, CSV)
        p.wait(lambda d: d["files"] == 1)
        move_in(p, CSV, "again.csv")
        d = p.wait(lambda d: d["files_seen_before"] == 1)
        assert d["account"]["stored"] == 100 and d["account"]["duplicates"] == 100, d
        p.stop()
        p.start()
        move_in(p, CSV, "third.csv")
        d = p.wait(lambda d: d["files_seen_before"] == 1)
        assert d["account"]["stored"] == 100 and d["account"]["duplicates"] == 200 and conserved(d["account"]), d
        p.stop()
        assert archived(p) == ["again.csv", "ccxbar-iso.csv", "third.csv"]
        assert digests(p.database) == imported(CSV)
    finally:
        p.close()


def a_workbook_in_use_is_read_when_it_is_done():
    "a workbook that is copied in pieces waits to be whole, Excel's mark of an open one is passed over"
    with open(os.path.join(DATA, "xlsx/ccxbar.xlsx"), "rb") as f:
        book = f.read()
    p = plant(keep=True, zone="Europe/Berlin", settle_ms=10, idle_s=2).start()
    try:
        with open(os.path.join(p.inbox, "~$day.xlsx"), "wb") as lock:
            lock.write(b"\x05admin")
        with open(os.path.join(p.inbox, "day.xlsx"), "wb") as f:
            f.write(book[:3000])
            f.flush()
            time.sleep(0.3)
            f.write(book[3000:])
        d = p.wait(lambda d: d["files"] == 1)
        assert d["account"]["stored"] == 100 and d["account"]["refused"] == 0 and conserved(d["account"]), d
        assert "Messwerte" in d["guessed"] and "notes" not in d, d
        p.stop()
        assert sorted(os.listdir(p.inbox)) == ["day.xlsx", "~$day.xlsx"]
        assert digests(p.database) == imported(os.path.join(DATA, "xlsx/ccxbar.xlsx"), args=("--zone", "Europe/Berlin"))
    finally:
        p.close()


def a_workbook_saved_again_adds_what_is_new():
    "rows without times that were read from a workbook do not come again when it is saved with more of them"
    p = plant(keep=True, idle_s=1).start()

    def save(**sheets):
        with open(p.path("new.xlsx"), "wb") as f:
            f.write(workbook(**sheets))
        os.rename(p.path("new.xlsx"), os.path.join(p.inbox, "days.xlsx"))
    try:
        save(Mon=shift(1))
        d = p.wait(lambda d: d["account"]["stored"] == 20)
        save(Mon=shift(1, 30))
        d = p.wait(lambda d: d["account"]["stored"] >= 30)
        save(Mon=shift(1, 30), Notes=[["remark"], ["tool changed"]])
        save(Mon=shift(1, 35), Notes=[["remark"], ["tool changed"]])
        d = p.wait(lambda d: d["account"]["stored"] >= 35)
        assert (d["account"]["stored"], d["account"]["refused"]) == (35, 0) and conserved(d["account"]), d
    finally:
        p.close()


def growing_waits_for_lines():
    "a growing file gives whole lines as they come, half a line waits for its rest"
    lines = open(CSV).read().splitlines(True)
    p = plant(idle_s=3600).start()
    try:
        with open(os.path.join(p.inbox, "log.csv"), "w") as out:
            out.writelines(lines[:11])
            out.flush()
            p.wait_stored(10)
            for i, line in enumerate(lines[11:21]):
                out.write(line[:9])
                out.flush()
                if i % 5 == 0:
                    time.sleep(0.15)
                    assert p.account()["stored"] == 10 + i, p.describe()
                out.write(line[9:])
                out.flush()
                p.wait_stored(11 + i)
            out.writelines(lines[21:])
        d = p.wait_stored(100)
        assert d["account"]["duplicates"] == 0 and d["account"]["refused"] == 0, d
        assert "delimiter" in d["guessed"], d
        p.stop()
        assert digests(p.database) == imported(CSV)
        assert os.listdir(p.inbox) == ["log.csv"]
    finally:
        p.close()


def growing_aqdef():
    "a growing AQDEF file gives its records as they come, the newest when nothing can follow it"
    text = open(os.path.join(DATA, "dfq/one-dataset/ccxbar-record-mode.dfq"), "rb").read()
    lines = text.splitlines(True)
    first = next(i for i, line in enumerate(lines) if not line.startswith(b"K"))
    p = plant(zone="Europe/Berlin", idle_s=2).start()
    try:
        with open(os.path.join(p.inbox, "a.dfq"), "wb") as out:
            written = 0
            for n in (3, 14, 101, 200):  # a record is two lines; some are cut between them
                out.write(b"".join(lines[written:first + n]))
                out.flush()
                written = first + n
                d = p.wait_stored((n - 1) // 2)
                assert d["account"]["stored"] <= (n - 1) // 2, d
        p.wait(lambda d: d["files"] == 1)
        p.stop()
        assert digests(p.database) == imported(os.path.join(DATA, "dfq/one-dataset/ccxbar-record-mode.dfq"),
                                               args=("--zone", "Europe/Berlin"))
    finally:
        p.close()


def equal_keys_survive_growth():
    "readings of one minute without serial numbers are all kept, however the file grows"
    rows = ["time,value\n"] + [f"2026-01-05T08:{i // 5:02}:00Z,{20 + i % 7}.5\n" for i in range(60)]
    p = plant(idle_s=3600).start()
    try:
        whole = p.path("whole.csv")
        open(whole, "w").writelines(rows)
        with open(os.path.join(p.inbox, "log.csv"), "w") as out:
            done = 0
            for n in (1 + 3, 1 + 4, 1 + 13, 1 + 25, 1 + 26, 1 + 60):
                out.writelines(rows[done:n])
                out.flush()
                done = n
                d = p.wait_stored(n - 1)
                assert d["account"]["stored"] == n - 1, d
                if n == 1 + 13:
                    p.kill()
                    p.start()
        d = p.describe()
        assert d["account"]["conflicts"] == 0 and conserved(d["account"]), d
        p.stop()
        assert digests(p.database) == imported(whole)
    finally:
        p.close()


def bad_files_are_set_aside():
    "a file that cannot be read goes to refused with its reason beside it, others go on"
    p = plant().start()
    try:
        open(os.path.join(p.inbox, "picture.csv"), "wb").write(b"\x89PNG\r\n\x1a\n" + bytes(100))
        open(os.path.join(p.inbox, "cut.qif"), "w").write("<QIFDocument><a>")
        open(os.path.join(p.inbox, "letters.csv"), "w").write("time,value\n2026-01-05T08:00:00Z,abc\n")
        move_in(p, CSV)
        d = p.wait(lambda d: d["files_refused"] == 3 and d["files"] == 1)
        assert d["account"]["stored"] == 100 and conserved(d["account"]), d
        p.stop()
        refused = os.path.join(p.inbox, "refused")
        assert sorted(os.listdir(refused)) == ["cut.qif", "cut.qif.reason.txt", "letters.csv", "letters.csv.reason.txt",
                                               "picture.csv", "picture.csv.reason.txt"], os.listdir(refused)
        reasons = [open(os.path.join(refused, name + ".reason.txt")).read() for name in
                   ("picture.csv", "cut.qif", "letters.csv")]
        assert "PNG image" in reasons[0] and "no element found" in reasons[1] and "no column of numbers" in reasons[2], reasons
    finally:
        p.close()


def dialect_is_pinned():
    "the dialect guessed at the first file holds for those that follow"
    p = plant().start()
    try:
        open(p.path("a"), "w").write("time;value\n" + "".join(f"{d:02}.02.2026 08:00;1,{d}\n" for d in range(10, 28)))
        open(p.path("b"), "w").write("time;value\n03.04.2026 08:00;2,5\n")
        move_in(p, p.path("a"), "a.csv")
        p.wait_stored(18)
        move_in(p, p.path("b"), "b.csv")
        p.wait_stored(19)
        d = p.wait(lambda d: d["files"] == 2)
        assert "date=dmy" in d["guessed"], d
        p.stop()
        shown = assay("show", p.database, "value", "--json")
        assert "2026-04-03T08:00:00Z" in shown, shown
    finally:
        p.close()


def what_is_odd_about_a_file_is_told():
    "what the reader warns of stands in the source's description: here a limit that its rows disagree in"
    p = plant().start()
    try:
        open(p.path("a"), "w").write("time,value,LSL\n" + "".join(f"2026-02-01T08:00:{s:02}Z,1.{s:02},{9 if s > 5 else 8}\n" for s in range(30)))
        move_in(p, p.path("a"), "a.csv")
        d = p.wait(lambda d: d["files"] == 1)
        assert d["account"]["stored"] == 30 and d["notes"].startswith("a.csv: ") and "lower" in d["notes"], d
    finally:
        p.close()


def big_files_and_kills():
    "kill -9 at random moments of a folder with big files leaves what an import would give"
    rng = random.Random(7)
    p = plant(idle_s=1)
    try:
        for name in "ab":
            with open(os.path.join(p.inbox, name + ".csv"), "w") as out:
                out.write("time,characteristic,value,serial\n")
                for i in range(120000):
                    minute = i // 300
                    out.write(f"2026-01-{5 + minute // 1440:02}T{minute // 60 % 24:02}:{minute % 60:02}:00Z,"
                              f"P/{name}{i % 3},{(i * 7919) % 1000 / 100},\n")
            shutil.copy(os.path.join(p.inbox, name + ".csv"), p.path(name + ".csv"))
        move = os.path.join(p.inbox, "bad.csv")
        open(move, "w").write("time,characteristic,value\n" + "2026-01-05T08:00:00Z,P/x,1\n" * 20 + "2026-01-05T08:00:00Z,P/x,oops\n")
        shutil.copy(move, p.path("bad.csv"))
        for _ in range(12):
            p.start()
            time.sleep(rng.uniform(0.02, 0.5))
            p.kill()
        p.start()
        d = p.wait(lambda d: not [n for n in os.listdir(p.inbox) if n.endswith(".csv")], 60)
        a = d["account"]
        assert a["stored"] == 240020 and a["conflicts"] == 0 and a["refused"] == 1 and conserved(a), d
        p.stop()
        assert archived(p) == ["a.csv", "b.csv", "bad.csv"], archived(p)
        assert digests(p.database) == imported(*(p.path(n) for n in ("a.csv", "b.csv", "bad.csv")))
    finally:
        p.close()


run([formats_read_as_imports, content_counts_once, a_workbook_in_use_is_read_when_it_is_done,
     a_workbook_saved_again_adds_what_is_new,
     growing_waits_for_lines, growing_aqdef, equal_keys_survive_growth,
     bad_files_are_set_aside, dialect_is_pinned, what_is_odd_about_a_file_is_told, big_files_and_kills])
