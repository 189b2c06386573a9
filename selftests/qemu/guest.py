#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs QEMU, reads what the guest reports and ends a guest that is stuck.

    guest.py --out DIR [--tally FILE] [--idle S] [--limit S] -- QEMU OPTIONS...

The guest speaks through a virtio port (see guest/guest.sh). Only its end marker
there makes a run a success; QEMU's exit code says nothing. DIR gets report.log,
console.log and the files that the guest sends.
"""

import argparse
import base64
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
sys.dont_write_bytecode = True
from ktap import Program, Tally  # noqa: E402

MARK = "%hwc "
TAIL = 40
MACHINE = os.environ.get("MACHINE") or "virt"


class Report:
    """The guest's side of the conversation, line by line."""

    def __init__(self, out, tally, raw):
        self.out = out
        self.tally = tally
        self.raw = raw          # programs whose output is shown as it is
        self.program = None
        self.limit = None
        self.left = []
        self.file = None
        self.done = False

    def feed(self, line):
        if line.startswith(MARK):
            word, _, rest = line[len(MARK):].partition(" ")
            getattr(self, f"_on_{word}")(rest)
        elif self.file:
            self.file[1].append(line)
        elif self.program and self.program.name == self.raw:
            if line:
                print(line, flush=True)
        elif self.program:
            self.program.feed(line)

    def allowance(self):
        """The guest ends a test by itself at its limit: longer silence is a fault."""
        if self.program and self.program.name != self.raw:
            return self.limit + 30
        return 0

    def _on_begin(self, rest):
        name, limit = rest.split()
        self.program = Program(name)
        self.limit = int(limit)
        self.left = []

    def _on_left(self, rest):
        self.left.append(rest)

    def _on_end(self, rest):
        code = int(rest.split()[-1])
        if self.program.name == self.raw:
            self._end_raw(code)
        else:
            self.program.finish(code, self.left, self.limit)
            self.program.name += f" @{MACHINE}"
            self.program.show(self.tally)
        self.program = None

    def _end_raw(self, code):
        self.tally.add("failed" if code or self.left else "passed")
        if code:
            print(f"{self.raw} ended with code {code}")
        for line in self.left:
            print(f"{self.raw} left a process behind: {line}")

    def _on_missing(self, rest):
        print(f"the guest has no program for `{rest}` (selftests/actions/{rest}.sh)")
        self.tally.add("failed")

    def _on_file(self, rest):
        self.file = (os.path.basename(rest), [])

    def _on_eof(self, _rest):
        name, lines = self.file
        with open(os.path.join(self.out, name), "wb") as out:
            out.write(base64.b64decode("".join(lines)))
        self.file = None

    def _on_done(self, _rest):
        self.done = True

    def abandon(self, why):
        """The guest will say no more: what it was doing has failed."""
        if self.program and self.program.name != self.raw:
            self.program.finish(None)
            self.program.show(self.tally)
        else:
            self.tally.add("failed")
        print(f"the guest {why}")


def tail(path):
    with open(path, encoding="utf-8", errors="replace") as log:
        lines = log.read().splitlines()[-TAIL:]
    print(f"--- the last lines of {path}")
    for line in lines:
        print(f"  {line}")
    print("---", flush=True)


class Guest:
    """One QEMU process with its console in a file and its port in a socket."""

    def __init__(self, args):
        self.args = args
        self.console = os.path.join(args.out, "console.log")
        # a socket's path is limited to 108 bytes, a build folder's is not
        self.patience = args.idle
        self.dir = tempfile.TemporaryDirectory(prefix="hwc-")
        path = os.path.join(self.dir.name, "report")
        server = socket.socket(socket.AF_UNIX)
        server.bind(path)
        server.listen(1)
        command = args.qemu + [
            "-serial", f"file:{self.console}",
            "-chardev", f"socket,id=report,path={path}", *args.port.split()]
        with open(os.path.join(args.out, "qemu.log"), "wb") as log:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL,
                                            stdout=log, stderr=log, start_new_session=True)
        server.settimeout(30)
        try:
            self.port, _ = server.accept()
        except socket.timeout:
            self.stop()
            tail(os.path.join(args.out, "qemu.log"))
            raise SystemExit("guest.py: QEMU did not start") from None

    def lines(self):
        """Lines from the port, until it closes or a limit ends the wait."""
        end = time.monotonic() + self.args.limit
        pending = b""
        self.why = "ended without saying so"
        with open(os.path.join(self.args.out, "report.log"), "wb") as log:
            while True:
                left = end - time.monotonic()
                wait = max(0, min(self.patience, left))
                if not select.select([self.port], [], [], wait)[0]:
                    self.why = (f"said nothing for {wait:.0f} s and was stopped" if wait < left
                                else f"took more than {self.args.limit} s and was stopped")
                    return
                data = self.port.recv(65536)
                if not data:
                    return
                log.write(data)
                *whole, pending = (pending + data).split(b"\n")
                for line in whole:
                    yield line.decode(errors="replace").rstrip("\r")

    def stop(self):
        """Gives QEMU a moment to end by itself."""
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def converse(guest, report):
    for line in guest.lines():
        report.feed(line)
        guest.patience = max(guest.args.idle, report.allowance())
        if report.done:
            return
    guest.process.kill()
    report.abandon(guest.why)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", required=True)
    parser.add_argument("--tally")
    parser.add_argument("--raw", help="the program whose output is shown as it is")
    parser.add_argument("--port", help="options that lead the chardev `report` into the guest",
                        default="-device virtserialport,chardev=report,name=hwc.report")
    parser.add_argument("--idle", type=int, default=90)
    parser.add_argument("--limit", type=int, default=900)
    parser.add_argument("qemu", nargs="+")
    args = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    tally = Tally(args.tally)
    report = Report(args.out, tally, args.raw)
    guest = Guest(args)
    try:
        converse(guest, report)
        guest.stop()
    except KeyboardInterrupt:
        sys.exit(130)
    finally:
        if guest.process.poll() is None:
            guest.process.kill()
    if not report.done:
        tail(guest.console)
    tally.save()
    return 0 if report.done and not tally.counts["failed"] else 1


if __name__ == "__main__":
    sys.exit(main())
