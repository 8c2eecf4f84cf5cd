#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""One published data set through every door gives one series digest.

The digest is computed here a second time, from the published series alone and by the words of
src/store/digest.c, so that both sides would have to be wrong in the same way.
    doors.py PROGRAM DATA
"""
import csv
import hashlib
import pathlib
import struct
import sys

from tap import Proof, same

VALID, SIZE = 0, 1
ZONE = ("--zone", "Europe/Berlin")
DOORS = {
    "CSV in UTF-8 with UTC times": "csv/ccxbar-iso.csv",
    "CSV in cp1252 with decimal commas and local times": "csv/ccxbar-german-cp1252.csv",
    "an Excel workbook with typed dates and numbers": "xlsx/ccxbar.xlsx",
    "AQDEF records": "dfq/one-dataset/ccxbar-record-mode.dfq",
    "AQDEF K-fields": "dfq/one-dataset/ccxbar-kfield-mode.dfq",
    "AQDEF definition and values in two files": "dfq/one-dataset/ccxbar.dfd",
}


def canonical_value(text):
    """Status, exponent and mantissa without trailing zeros, size: as written, never a double."""
    whole, _, places = text.partition(".")
    mantissa, exponent = int(whole + places), -len(places)
    while mantissa and mantissa % 10 == 0:
        mantissa, exponent = mantissa // 10, exponent + 1
    return struct.pack("<BhqI", VALID, exponent if mantissa else 0, mantissa, SIZE)


def expected_digests(path):
    series, values = hashlib.sha256(), hashlib.sha256()
    ordinal, subgroup = 0, None
    with open(path, encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            ordinal, subgroup = ordinal + (row["subgroup"] != subgroup), row["subgroup"]
            value, serial = canonical_value(row["value"]), row["serial"].encode()
            values.update(value)
            series.update(struct.pack("<q", int(row["utc_ms"]) * 1000000) + value +
                          struct.pack("<I", len(serial)) + serial + struct.pack("<Q", ordinal))
    return {"series": series.hexdigest(), "values": values.hexdigest()}


def path_in(proof, database):
    return proof.answer("list", database)["characteristics"][0]["path"]


def digests(proof, database, *options):
    return proof.answer("show", database, path_in(proof, database), "--last", "1",
                        *options)["digest"]


def stored(proof, source, *options, **more):
    database = proof.path(f"{len(proof.said)}.assay")
    proof.run("import", database, str(source), *options, "--quiet", **more)
    return database


def main():
    proof, data = Proof(sys.argv[1]), pathlib.Path(sys.argv[2]).resolve()
    expected = expected_digests(data / "csv/ccxbar-expected.csv")
    iso = data / DOORS["CSV in UTF-8 with UTC times"]
    for door, name in DOORS.items():
        proof.check(f"{door}: the series digest of the published series",
                    lambda: same(digests(proof, stored(proof, data / name, *ZONE)), expected))
    for name in ("csv/ccxbar-iso.csv", "dfq/one-dataset/ccxbar-record-mode.dfq"):
        for form in ("ndjson", "csv", "dfq"):
            # AQDEF has wall times; they are written as they were on the wall of the source.
            zone = ZONE if form == "dfq" and name.endswith("dfq") else ()
            proof.check(f"{form} exported from a database of {pathlib.Path(name).name}: the same",
                        lambda: same(digests(proof, exported(proof, data / name, form, zone)),
                                     expected))
    lots = data / "dfq/qs-stat-export/three-types-latin1.dfq"
    for form in ("ndjson", "dfq"):
        proof.check(f"lots with sample sizes, a mark and an event through {form}: nothing is lost",
                    lambda: lots_survive(proof, lots, form))
    proof.check("standard input: the same",
                lambda: same(digests(proof, stored(proof, "-", stdin=iso.read_bytes())), expected))
    proof.check("compaction: the same", lambda: same(compacted(proof, iso), expected))
    wide = data / "csv/ccxbar-wide-utf16.tsv"
    proof.check("UTF-16 table without times, a row per subgroup: the digest of values and order",
                lambda: same(digests(proof, stored(proof, wide))["values"], expected["values"]))
    proof.check("another subgroup size: another digest now, the old one as of the commit before",
                lambda: resized(proof, data / DOORS["AQDEF records"], expected))
    proof.check("one value changed in its last place: both digests differ",
                lambda: differs(proof, iso, expected))
    proof.end()


def exported(proof, source, form, zone):
    """A file written by `assay export` of a database made from `source`, stored again."""
    database, written = stored(proof, source, *ZONE), proof.path(f"{len(proof.said)}.{form}")
    proof.run("export", database, "--as", form, "--output", written)
    again = proof.path(f"{len(proof.said)}-again.assay")
    proof.run("import", again, written, *zone, "--quiet")
    return again


def lots_survive(proof, source, form):
    before, after = stored(proof, source, *ZONE), exported(proof, source, form, ZONE)
    paths = [c["path"] for c in proof.answer("list", before)["characteristics"]]
    one, two = ([proof.answer("show", database, path, "--last", "1")["digest"] for path in paths]
                for database in (before, after))
    return same(two, one)


def compacted(proof, source):
    database = stored(proof, source)
    proof.run("compact", database)
    return digests(proof, database)


def resized(proof, source, expected):
    database = stored(proof, source, *ZONE)
    proof.run("specify", database, path_in(proof, database), "-n", "4")
    now, before = digests(proof, database), digests(proof, database, "--as-of", "1")
    if now["series"] == expected["series"] or now["values"] != expected["values"]:
        return f"now {now}"
    return same(before, expected)


def differs(proof, iso, expected):
    changed = iso.read_text(encoding="utf-8").replace(",22.4\n", ",22.5\n", 1)
    seen = digests(proof, stored(proof, "-", stdin=changed.encode()))
    return all(seen[key] != expected[key] for key in expected) or f"seen {seen}"


main()
