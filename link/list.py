#!/usr/bin/env python3
"""Writes into at-rest.ld what was called while valgrind watched: the lists at its end.

    valgrind --tool=callgrind --demangle=no target/release/enclave-irc
    link/list.py callgrind.out.…

Meanwhile do what a node does all day: start it twice, attach a client, talk with a contact.
"""

import fnmatch
import pathlib
import re
import sys
import textwrap

SCRIPT = pathlib.Path(__file__).with_name("at-rest.ld")
# What lies together already has no object: valgrind knows sections of the usual names only.
PROGRAM = ("/enclave-irc", "???")
# What is not Rust is SQLite, but for these.
RUST = ("_ZN", "_R")
FOREIGN = ("main", "_start", "_init", "_fini")


def called(path):
    """The functions of the program that ran, as the linker knows them."""
    objects, names, here, found = {}, {}, False, set()
    for line in open(path, errors="replace"):
        kind = re.match(r"(c?ob|c?fn)=\((\d+)\)(?: (.*))?", line)
        if not kind:
            continue
        table = objects if "ob" in kind[1] else names
        if kind[3]:
            # A recursive function counts once more: name'2.
            table[kind[2]] = re.sub(r"'\d+$", "", kind[3])
        if kind[1] == "ob":
            here = objects[kind[2]].endswith(PROGRAM)
        elif kind[1] == "fn" and here:
            found.add(names[kind[2]])
    return found


def pattern(name):
    """Its section, whichever compiler and version made it, cold or not."""
    if name.startswith(RUST):
        name = re.sub(r"17h[0-9a-f]{16}E.*$|\.[0-9]+$", "*", name)
        name = re.sub(r"Cs[0-9A-Za-z]+_(?=\d)", "Cs*_", name)
        return ".text*." + name.replace("$", "?")
    return ".text*." + re.sub(r"\.(isra|constprop|part|cold)\b.*$", ".*", name)


def main(paths):
    head, mark, rest = SCRIPT.read_text().partition("    /* Generic functions")
    modules = re.findall(r"\.text\S*\._\S+", head)
    known = re.compile("|".join(map(fnmatch.translate, modules)))
    names = {name for path in paths for name in called(path)}
    rust = {name for name in names if name.startswith(RUST)}
    generic = {pattern(name) for name in rust if not known.match(".text." + name)}
    sqlite = {pattern(name) for name in names - rust if re.fullmatch(r"[A-Za-z]\w*(\.\w+)*", name)}
    sqlite -= {pattern(name) for name in FOREIGN}
    lists = iter(["\n".join("      " + one for one in sorted(generic)),
                  textwrap.fill(" ".join(sorted(sqlite)), 96, initial_indent=" " * 6,
                                subsequent_indent=" " * 6, break_long_words=False,
                                break_on_hyphens=False)])
    rest = re.sub(r"(\*\(\n).*?(\n    \))", lambda found: found[1] + next(lists) + found[2],
                  rest, flags=re.S)
    SCRIPT.write_text(head + mark + rest)


if __name__ == "__main__":
    main(sys.argv[1:])
