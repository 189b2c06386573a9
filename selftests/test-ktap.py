#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The judge judged: what ktap.py and qemu/guest.py make of good and bad runs."""

import contextlib
import io
import os
import sys
import tempfile

sys.dont_write_bytecode = True
here = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(here, "qemu"))
from guest import Report  # noqa: E402
from ktap import Program, Tally, run_here, wanted  # noqa: E402

# name, output, exit code, processes left, expected (passed, failed, skipped)
PROGRAMS = [
    ("all good", "TAP version 13\n1..2\nok 1 - a\nok 2 b\n", 0, [], (2, 0, 0)),
    ("a plan at the end", "ok 1\n1..1\n", 0, [], (1, 0, 0)),
    ("one failure", "1..2\nok 1\nseen: 3\nnot ok 2 - b\n", 1, [], (1, 1, 0)),
    ("a skip", "1..1\nok 1 - a # SKIP no device\n", 0, [], (0, 0, 1)),
    ("cmocka's skip", "1..1\nnot ok 1 # SKIP a\n", 0, [], (0, 0, 1)),
    ("a program that skips all", "1..0 # SKIP no module\n", 4, [], (0, 0, 1)),
    ("an expected failure", "1..1\nnot ok 1 - a # TODO later\n", 0, [], (1, 0, 0)),
    ("no plan", "ok 1\n", 0, [], (1, 1, 0)),
    ("nothing at all", "", 0, [], (0, 1, 0)),
    ("fewer results than planned", "1..3\nok 1\n", 0, [], (1, 1, 0)),
    ("more results than planned", "1..1\nok 1\nok 2\n", 0, [], (2, 1, 0)),
    ("a crash after good results", "1..1\nok 1\n", 139, [], (1, 1, 0)),
    ("killed at its limit", "1..2\nok 1\n", 137, [], (1, 1, 0)),
    ("stopped with the guest", "1..1\nok 1\n", None, [], (1, 1, 0)),
    ("a process left behind", "1..1\nok 1\n", 0, ["7 sleep"], (1, 1, 0)),
    ("a bail-out", "1..1\nok 1\nBail out! no memory\n", 1, [], (1, 1, 0)),
    ("two groups", "1..1\nok 1\n1..1\nok 1\n", 0, [], (2, 0, 0)),
    ("members count for their group",
     "1..1\n    1..2\n    ok 1 x\n    not ok 2 y\nnot ok 1 suite\n", 1, [], (1, 1, 0)),
    ("members of members",
     "1..1\n    1..2\n        1..2\n        ok 1 x\n        ok 2 y\n    ok 1 p\n    ok 2 z\nok 1 s\n",
     0, [], (3, 0, 0)),
    ("a group that failed without a member",
     "1..1\n    1..1\n    ok 1 x\nnot ok 1 suite\n", 1, [], (1, 1, 0)),
]

# name, the guest's words, whether the run came to its end, expected counts
RUNS = [
    ("a run that ends", "%hwc begin a 60\n1..1\nok 1\n\n%hwc end a 0\n%hwc done\n", True, (1, 0, 0)),
    ("a run without the end marker", "%hwc begin a 60\n1..1\nok 1\n%hwc end a 0\n", False, (1, 1, 0)),
    ("a guest that dies in a test", "%hwc begin a 60\n1..1\nok 1\n", False, (1, 1, 0)),
    ("results outside a program count for nothing", "ok 1\n1..1\n%hwc done\n", True, (0, 0, 0)),
    ("a file", "%hwc file x\naGVs\nbG8=\n%hwc eof\n%hwc done\n", True, (0, 0, 0)),
    ("an action that fails", "%hwc begin demo 9\nstory\n%hwc end demo 3\n%hwc done\n", True, (0, 1, 0)),
    ("an action that is not there", "%hwc missing demo\n%hwc done\n", True, (0, 1, 0)),
]


def counts(tally):
    return tuple(tally.counts.values())


def judge_program(_name, output, code, left, expected):
    program, tally = Program("x"), Tally()
    for line in output.splitlines():
        program.feed(line)
    program.finish(code, left, limit=60)
    program.show(tally)
    return counts(tally) == expected


def judge_run(_name, words, ended, expected):
    tally = Tally()
    with tempfile.TemporaryDirectory() as out:
        report = Report(out, tally, "demo")
        for line in words.splitlines():
            report.feed(line)
        if not report.done:
            report.abandon("ended without saying so")
        if os.path.exists(os.path.join(out, "x")):
            with open(os.path.join(out, "x"), "rb") as sent:
                assert sent.read() == b"hello"
    return report.done == ended and counts(tally) == expected


def judge_hang():
    tally = Tally()
    with tempfile.NamedTemporaryFile("w", delete=False) as script:
        script.write("#!/bin/sh\necho 1..1\nsleep 60\n")
    os.chmod(script.name, 0o700)
    try:
        run_here(script.name, 0.2).show(tally)
    finally:
        os.unlink(script.name)
    return counts(tally) == (0, 1, 0)


def judge_patterns():
    return (wanted("10-claim", []) and wanted("10-claim", ["claim"])
            and wanted("10-claim", ["x", "1*aim"]) and not wanted("10-claim", ["12"]))


def main():
    cases = [(case[0], judge_program, case) for case in PROGRAMS]
    cases += [(case[0], judge_run, case) for case in RUNS]
    cases += [("a program that hangs", judge_hang, ()), ("patterns", judge_patterns, ())]
    print(f"TAP version 13\n1..{len(cases)}")
    failed = 0
    for number, (name, judge, case) in enumerate(cases, 1):
        shown = io.StringIO()
        with contextlib.redirect_stdout(shown):
            good = judge(*case)
        if not good:
            failed = 1
            for line in shown.getvalue().splitlines():
                print(f"# {line}")
        print(f"{'ok' if good else 'not ok'} {number} - {name}")
    return failed


if __name__ == "__main__":
    sys.exit(main())
