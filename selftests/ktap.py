#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Reads KTAP and tells people what came of it.

Run as a program it runs test programs on this machine:

    ktap.py [--tests PATTERNS] [--tally FILE] [--limit SECONDS] PROGRAM...
"""

import argparse
import os
import re
import signal
import subprocess
import sys
import time
from fnmatch import fnmatchcase

PLAN = re.compile(r"( *)\d+\.\.(\d+)(?:\s+#\s*SKIP\b\s*(.*))?\s*$", re.I)
RESULT = re.compile(r"( *)(not ok|ok)\b\s*(\d*)\s*(?:- ?)?(.*)$")
DIRECTIVE = re.compile(r"(?:^|\s)#\s*(SKIP|XFAIL|TODO)\b:?\s*(.*)$", re.I)
CONTEXT = 40


class Tally:
    """Numbers of one run; they can be left in a file for the next stage."""

    def __init__(self, path=None):
        self.path = path
        self.counts = {"passed": 0, "failed": 0, "skipped": 0}

    def add(self, kind):
        self.counts[kind] += 1

    def save(self):
        if self.path:
            with open(self.path, "a", encoding="utf-8") as out:
                print(*self.counts.values(), file=out)


def any_failed(results):
    return any(kind == "failed" for kind, _, _ in results)


class Program:
    """The output of one test program, judged line by line."""

    def __init__(self, name):
        self.name = name
        self.planned = None
        self.top = 0
        self.nested = []
        self.results = []
        self.context = []
        self.skip_all = None
        self.start = time.monotonic()

    def feed(self, line):
        plan = PLAN.match(line)
        result = RESULT.match(line)
        if plan:
            self._plan(len(plan[1]), int(plan[2]), plan[3])
        elif result:
            self._result(result)
        elif line.startswith("Bail out!"):
            self._add("failed", line)
        elif line.strip() and "TAP version" not in line:
            self.context.append(line)

    def _plan(self, indent, number, skip):
        if indent:
            return
        # a program may run several groups, each with a plan
        self.planned = (self.planned or 0) + number
        if number == 0:
            self.skip_all = skip or "no reason given"

    def _result(self, match):
        indent, verdict, number, text = match.groups()
        directive = DIRECTIVE.search(text)
        label = text[: directive.start()].strip() if directive else text
        if directive and directive[1].upper() == "SKIP":
            entry = self._entry("skipped", self._why_skipped(label, directive[2]))
        elif verdict == "ok" or directive:
            entry = self._entry("passed", label or f"test {number}")
        else:
            entry = self._entry("failed", label or f"test {number}")
        # a group counts by its members, which come before it and deeper; its own
        # line counts where it has none, or where it failed though no member did
        members = [e for depth, e in self.nested if depth > len(indent)]
        self.nested = [(depth, e) for depth, e in self.nested if depth <= len(indent)]
        if not members or (entry[0] == "failed" and not any_failed(members)):
            members.append(entry)
        if indent:
            self.nested += [(len(indent), e) for e in members]
        else:
            self.top += 1
            self.results += members

    def _why_skipped(self, label, reason):
        """cmocka puts the name where the reason belongs; its tests print theirs."""
        if not label:
            label, reason = reason, self.context[-1] if self.context else ""
            reason = reason.replace("[  SKIP  ]", "").strip(" #")
        return f"{label}: {reason or 'no reason given'}"

    def _entry(self, kind, text):
        context, self.context = self.context[-CONTEXT:], []
        return kind, text, context if kind == "failed" else []

    def _add(self, kind, text):
        self.results.append(self._entry(kind, text))

    def finish(self, code, left=(), limit=None):
        """Adds what the program itself did wrong to what it reported. No code:
        its end was never seen."""
        if code is None:
            self._add("failed", "the guest stopped during this test")
            return
        if code in (137, -9):
            self._add("failed", f"killed after {limit} s")
            return
        if left:
            self.context = list(left)
            self._add("failed", "left processes behind")
        if self.planned is None:
            self._add("failed", f"printed no plan (exit code {code})")
        elif self.top != self.planned:
            self._add("failed", f"{self.top} results for a plan of {self.planned} (exit code {code})")
        elif self.skip_all is not None and not self.results:
            self._add("skipped", self.skip_all)
        elif code not in (0, 4) and not any_failed(self.results):
            self._add("failed", f"every test passed but the exit code is {code}")

    def show(self, tally):
        """One line for the program, then each failure and each skip."""
        seconds = time.monotonic() - self.start
        count = {kind: 0 for kind in tally.counts}
        for kind, _, _ in self.results:
            count[kind] += 1
            tally.add(kind)
        numbers = ", ".join(f"{n} {kind}" for kind, n in count.items() if n) or "no test"
        verdict = "FAIL" if count["failed"] else "ok" if count["passed"] else "skip"
        print(f"  {verdict:4}  {self.name:28} {numbers:34} {seconds:6.1f} s")
        for kind, text, context in self.results:
            if kind == "passed":
                continue
            print(f"        {'not ok' if kind == 'failed' else 'skip'}: {text}")
            for line in context:
                print(f"          {line}")
        sys.stdout.flush()


def wanted(name, patterns):
    return not patterns or any(fnmatchcase(name, f"*{p}*") for p in patterns)


def run_here(path, limit):
    program = Program(os.path.basename(path))
    env = dict(os.environ, CMOCKA_MESSAGE_OUTPUT="TAP")
    process = subprocess.Popen([path], env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT, start_new_session=True)
    try:
        output, _ = process.communicate(timeout=limit)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        output, _ = process.communicate()
    except KeyboardInterrupt:
        os.killpg(process.pid, signal.SIGKILL)
        raise
    for line in output.decode(errors="replace").splitlines():
        program.feed(line)
    program.finish(process.returncode, limit=limit)
    return program


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--tests", default="")
    parser.add_argument("--tally")
    parser.add_argument("--limit", type=int, default=300)
    parser.add_argument("program", nargs="*")
    args = parser.parse_args()
    tally = Tally(args.tally)
    patterns = args.tests.replace(",", " ").split()
    for path in args.program:
        if wanted(os.path.basename(path), patterns):
            run_here(path, args.limit).show(tally)
    tally.save()
    return 1 if tally.counts["failed"] else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
