#!/usr/bin/env python3
"""generate.py KIND SEED DIR - a random setup for `run`: the same seed gives the same machine.

Options, list lines, home strings, hashes and rights are drawn from what is legal, from what old
configurations really contain (CRLF, blanks at the end, comments behind values), and rarely from what
keeps the server from starting. Everybody's password is "pw".
"""
import os
import random
import shlex
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import generate_proftpd
import generate_pureftpd
import generate_vsftpd
from machine import Machine

KINDS = {
    "vsftpd": generate_vsftpd.fill,
    "proftpd": generate_proftpd.fill,
    "pureftpd": generate_pureftpd.fill,
}


def main():
    kind, seed, directory = sys.argv[1:]
    machine = Machine(kind, random.Random(f"{kind} {seed}"))
    KINDS[kind](machine)
    os.makedirs(directory, exist_ok=True)
    with open(os.path.join(directory, "setup.sh"), "w", encoding="utf-8") as file:
        file.write(f"# generate.py {kind} {shlex.quote(seed)}\n")
        file.write(machine.script())


main()
