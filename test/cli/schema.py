#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Holds JSON of standard input against a schema of docs/schema (the part of it they use).

    assay chart parts.csv --json | schema.py docs/schema/chart.json
Also proves that each null has its reason: `why` of the same object names it, or the schema says what it
means (`x-null`). Prints `valid`.
"""
import json
import sys

TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None),
         "number": (int, float), "integer": int}


def is_of(value, name):
    return isinstance(value, TYPES[name]) and not (name in ("number", "integer") and
                                                   isinstance(value, bool))


def faults(value, schema, path="$", nulls=False):
    nulls = nulls or "x-null" in schema  # told there what null means, below too
    if "oneOf" in schema:
        tried = [faults(value, one, path, nulls) for one in schema["oneOf"]]
        return [] if sum(not t for t in tried) == 1 else min(tried, key=len) or [f"{path}: ambiguous"]
    if "enum" in schema:
        return [] if value in schema["enum"] else [f"{path}: {value!r} is none of the words"]
    names = schema.get("type", list(TYPES))
    if not any(is_of(value, n) for n in ([names] if isinstance(names, str) else names)):
        return [f"{path}: {value!r} is not {names}"]
    found = []
    if isinstance(value, dict):
        known, others = schema.get("properties", {}), schema.get("additionalProperties", {})
        others = others if isinstance(others, dict) else {}
        found += [f"{path}: {key} is missing" for key in schema.get("required", ()) if key not in value]
        for key, inner in value.items():
            if known and key not in known and "additionalProperties" not in schema:
                found.append(f"{path}: {key} is not in the schema")
            found += faults(inner, known.get(key, others), f"{path}.{key}", nulls)
            if inner is None and not nulls and key not in value.get("why", {}) and "x-null" not in known.get(key, {}):
                found.append(f"{path}.{key}: null without why")
    if isinstance(value, list):
        for i, inner in enumerate(value):
            found += faults(inner, schema.get("items", {}), f"{path}[{i}]", nulls)
    return found


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        schema = json.load(file)
    found = faults(json.load(sys.stdin), schema)
    print("\n".join(found[:10]) or "valid")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
