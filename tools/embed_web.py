#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""embed_web.py WEB OUT.c DEPFILE: the screens as one C file.

Each file of WEB and each npm module they import, packed with gzip, under one folder named by the
digest of them all, so that browsers may keep them for ever. The page that loads them says in its
policy what may run: these files, and the one import map whose digest it names."""
import base64
import gzip
import hashlib
import json
import os
import re
import subprocess
import sys

# What a module is imported as, and where it lies.
VENDOR = {
    "preact": "preact/dist/preact.mjs",
    "preact/hooks": "preact/hooks/dist/hooks.mjs",
    "htm": "htm/dist/htm.module.js",
    "htm/preact": "htm/preact/index.module.js",
    "uplot": "uplot/dist/uPlot.iife.min.js",
}
# uPlot's own minified file, half the module's weight, defines a name; as a module it gives it away.
EXPORTS = {"uplot": "uPlot"}
STYLES = {"vendor/uplot.css": "uplot/dist/uPlot.min.css"}
TYPES = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8",
         ".svg": "image/svg+xml", ".html": "text/html; charset=utf-8",
         ".txt": "text/plain; charset=utf-8"}
FOLDERS = ("lib", "lang", "screens")
TOP = ("main.js", "theme.js", "worker.js", "style.css", "icon.svg")


def bare(path, data):
    """A module without the comments that fill whole lines, its licence's excepted: types and reasons are
    a fifth of what a first visit would carry. Lines keep their numbers. A style sheet without comments and
    space: a tenth of it."""
    if path.endswith(".css"):
        return re.sub(rb" ?([{};,]) ?", rb"\1", re.sub(rb"\s+", b" ", re.sub(rb"/\*.*?\*/", b"", data, flags=re.S)))
    if not path.endswith(".js"):
        return data
    head, _, rest = data.partition(b"\n")
    comment = rb"^[ \t]*(?://[^\n]*|/\*\*(?:(?!\*/).)*\*/[ \t]*)$"
    return head + b"\n" + re.sub(comment, lambda m: b"\n" * m[0].count(b"\n"), rest, flags=re.M | re.S)


def own_files(web):
    paths = [p for p in TOP]
    for folder in FOLDERS:
        for base, _, names in os.walk(os.path.join(web, folder)):
            paths += [os.path.relpath(os.path.join(base, n), web) for n in names if os.path.splitext(n)[1] in TYPES]
    return {p: bare(p, open(os.path.join(web, p), "rb").read()) for p in sorted(paths)}


def vendor_name(name):
    return f"vendor/{name.replace('/', '-')}.js"


def vendor_files(web):
    def read(path):
        text = open(os.path.join(web, "node_modules", path), encoding="utf-8").read()
        return re.sub(r"\n?//# sourceMappingURL=.*", "", text).encode()
    files = {vendor_name(n): read(p) for n, p in VENDOR.items()}
    for name, export in EXPORTS.items():
        files[vendor_name(name)] += f"\nexport default {export};\n".encode()
    licences = [f"== {name}\n\n{open(os.path.join(web, 'node_modules', name, 'LICENSE'), encoding='utf-8').read()}"
                for name in ("preact", "htm", "uplot")]
    files["vendor/licences.txt"] = "\n".join(licences).encode()
    return files | {n: read(p) for n, p in STYLES.items()}


def imports(files, path, seen):
    """The modules that `path` needs before it runs."""
    for name in re.findall(rb'(?:^|;)(?:import|export)\b[\w*{},\s$]*["\']([^"\']+)["\']', files[path], re.M):
        name = name.decode()
        target = vendor_name(name) if name in VENDOR else os.path.normpath(os.path.join(os.path.dirname(path), name))
        if target not in files:
            sys.exit(f"{path} imports {name}, which is not there")
        if target not in seen:
            seen.append(target)
            imports(files, target, seen)
    return seen


def make_shell(web, files, root):
    table = {"imports": {n: f"{root}/{vendor_name(n)}" for n in VENDOR}}
    import_map = json.dumps(table, separators=(",", ":"))
    preload = "".join(f'<link rel="modulepreload" href="{root}/{p}">' for p in imports(files, "main.js", []))
    text = open(os.path.join(web, "shell.html"), encoding="utf-8").read()
    screens = json.dumps(json.load(open(os.path.join(web, "screens.json"), encoding="utf-8")),
                         separators=(",", ":"), ensure_ascii=False)
    for name, value in (("root", root), ("import_map", import_map), ("preload", preload), ("screens", screens)):
        text = text.replace("{{%s}}" % name, value)
    digest = base64.b64encode(hashlib.sha256(import_map.encode()).digest()).decode()
    policy = (f"default-src 'none'; script-src 'self' 'sha256-{digest}'; style-src 'self'; "
              "img-src 'self' data: blob:; connect-src 'self'; font-src 'self'; frame-src 'self'; "
              "form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
    return text.encode(), policy


def c_bytes(name, data):
    packed = gzip.compress(data, 9, mtime=0)
    rows = [",".join(map(str, packed[i:i + 32])) for i in range(0, len(packed), 32)]
    return f"static const unsigned char {name}[] = {{\n" + ",\n".join(rows) + "};\n", len(packed)


def c_file(name, path, data, size):
    kind = TYPES[os.path.splitext(path)[1]]
    return f'{{"{path}", "{kind}", {name}, {size}, {len(data)}}}'


def write(out, files, shell, policy, digest, screens):
    arrays, entries = [], []
    for i, (path, data) in enumerate(sorted(files.items())):
        text, size = c_bytes(f"file_{i}", data)
        arrays.append(text)
        entries.append("    " + c_file(f"file_{i}", path, data, size))
    text, size = c_bytes("shell", shell)
    with open(out, "w", encoding="utf-8") as f:
        f.write('/* Made by tools/embed_web.py. */\n#include "serve/web.h"\n\n')
        f.write("".join(arrays) + text)
        f.write("const web_file web_files[] = {\n" + ",\n".join(entries) + "};\n")
        f.write("const size_t web_file_count = sizeof web_files / sizeof *web_files;\n")
        f.write(f"const web_file web_shell = {c_file('shell', 'shell.html', shell, size)};\n")
        f.write(f'const char web_digest[] = "{digest}";\nconst char web_policy[] = "{policy}";\n')
        f.write("const char *const web_screens[] = {" + ", ".join(json.dumps(s["path"]) for s in screens) + "};\n")
        f.write("const char *const web_open_screens[] = {" +
                "".join(json.dumps(s["path"]) + ", " for s in screens if s.get("open")) + "0};\n")
        f.write("const size_t web_screen_count = sizeof web_screens / sizeof *web_screens;\n")


def main():
    web, out, depfile = sys.argv[1:4]
    tools = os.path.dirname(os.path.abspath(__file__))
    subprocess.run([os.path.join(tools, "web-modules"), web], check=True)
    files = own_files(web) | vendor_files(web)
    screens = json.load(open(os.path.join(web, "screens.json"), encoding="utf-8"))
    for s in screens:
        if f"screens/{s['screen']}.js" not in files:
            sys.exit(f"screens.json names {s['screen']}, but there is no screens/{s['screen']}.js")
    everything = hashlib.sha256()
    for path, data in sorted(files.items()):
        everything.update(f"{path} {len(data)}\n".encode() + data)
    for path in ("shell.html", "screens.json"):
        everything.update(open(os.path.join(web, path), "rb").read())
    digest = everything.hexdigest()[:16]
    shell, policy = make_shell(web, files, f"/web/{digest}")
    write(out, files, shell, policy, digest, screens)
    needed = [p for p in files if not p.startswith("vendor/")] + ["shell.html", "screens.json", "package-lock.json"]
    needed += [f for f in FOLDERS] # a new file changes its folder
    with open(depfile, "w", encoding="utf-8") as f:
        f.write(out + ": " + " ".join(os.path.join(web, p) for p in needed) + "\n")


main()
