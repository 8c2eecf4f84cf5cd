#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every text that the sources mark for people is in each catalogue, once, with the same format
specifiers, and every file with such texts is in POTFILES. Prints TAP.

    words.py ... <source root>
"""
import collections
import pathlib
import re
import sys

from tap import Proof

TEXT = r'((?:"(?:[^"\\\n]|\\.)*"\s*)+)'
MARKED = re.compile(rf'\bN?_\(\s*{TEXT}\)')
MARKED_TWICE = re.compile(rf'\bP_\(\s*{TEXT},\s*{TEXT},')
ENTRY = re.compile(rf'((?:^#.*\n)*)^msgid {TEXT}(?:^msgid_plural {TEXT})?^msgstr(?:\[0\])? {TEXT}', re.M)
HINT = re.compile(r'\bassay_hint\(((?:"(?:[^"\\]|\\.)*"|[^";])*);')
# A hint of commands, options and names is the same in all languages; one with such a word is a sentence.
SENTENCE = re.compile(r"(?<![-\w])(?:a|all|an|and|are|as|by|each|every|expected|for|from|give|in|is|it|its|more|of|or|per|that|"
                      r"the|them|there|these|to|was|were|with|you|your)(?![-\w])")
SPECIFIER = re.compile(r'%(?:(\d+)\$)?([-+ #0]*(?:\*|\d+)?(?:\.(?:\*|\d+))?(?:hh?|ll?|[jztL])?[a-zA-Z%])')
LANGUAGES = ("ko", "zh_CN")
HINT_ROOM = 200  # bytes of assay_err.hint, with its end


def joined(text):
    return "".join(re.findall(r'"((?:[^"\\\n]|\\.)*)"', text))


def marked(path):
    source = path.read_text(encoding="utf-8")
    return {joined(text) for text in MARKED.findall(source)} | {
        joined(one) for one, _ in MARKED_TWICE.findall(source)}


def unmarked_hints(path):
    """Hints that say a sentence and go past the catalogue."""
    hints = HINT.findall(path.read_text(encoding="utf-8"))
    return {text for hint in hints for text in map(joined, re.findall(TEXT, MARKED.sub("", hint)))
            if SENTENCE.search(text)}


def hints(path):
    """What is looked up for a hint: it has little room."""
    return {joined(text) for hint in HINT.findall(path.read_text(encoding="utf-8")) for text in MARKED.findall(hint)}


def catalogue(path):
    """[(text, translation, whether both are formats)], without the header."""
    entries = ENTRY.findall(path.read_text(encoding="utf-8"))
    return [(joined(key), joined(value), "c-format" in lead and "no-c-format" not in lead)
            for lead, key, _, value in entries if joined(key)]


def specifiers(text):
    """Kinds of the arguments in the order in which the caller passes them."""
    found = [f for f in SPECIFIER.findall(text) if not f[1].endswith("%")]
    return [kind for _, kind in sorted(found, key=lambda f: int(f[0] or 0))]


def told(missing):
    return "\n".join(sorted(missing)) or None


def main():
    proof = Proof(sys.argv[1])
    root = pathlib.Path(sys.argv[-1])
    files = {path: marked(path) for path in sorted((root / "src").rglob("*.[chd]*"))
             if path.suffix in (".c", ".h", ".def") and path.name != "i18n.h"}
    library = {path for path in files if path.is_relative_to(root / "src/stat")}
    told_by_library = set().union(*map(unmarked_hints, library))  # it marks nothing: it stands alone
    texts = set().union(told_by_library, *files.values())
    proof.check("the sources mark more than a thousand texts", lambda: len(texts) > 1000 or len(texts))
    listed = set((root / "po/POTFILES").read_text(encoding="utf-8").split())
    with_texts = {str(path.relative_to(root)) for path, found in files.items() if found}
    proof.check("POTFILES lists every file with texts", lambda: told(with_texts - listed))
    proof.check("every hint that is a sentence is marked", lambda: told(set().union(*map(unmarked_hints, files.keys() - library))))
    advice = set().union(told_by_library, *map(hints, files))
    proof.check("the sources mark more than a hundred hints", lambda: len(advice) > 100 or len(advice))
    for language in LANGUAGES:
        entries = catalogue(root / "po" / f"{language}.po")
        known = {key for key, value, _ in entries if value}
        counts = collections.Counter(key for key, _, _ in entries)
        proof.check(f"every text is translated ({language})", lambda: told(texts - known))
        proof.check(f"a hint fits in its room ({language})",
                    lambda: told(key for key, value, _ in entries if key in advice and len(value.encode()) >= HINT_ROOM))
        proof.check(f"no text stands twice ({language})",
                    lambda: told(key for key, n in counts.items() if n > 1))
        proof.check(f"formats take the same arguments ({language})",
                    lambda: told(key for key, value, is_format in entries
                                 if is_format and specifiers(key) != specifiers(value)))
    proof.end()


main()
