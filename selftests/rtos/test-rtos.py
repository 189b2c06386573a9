#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The stand-in for a guest, as README describes it, on QEMU alone. Prints KTAP.

    test-rtos.py [FOLDER]   where rtos.bin is; default build/check/rtos at the top
"""

import hashlib
import json
import mmap
import os
import select
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
FOLDER = sys.argv[1] if len(sys.argv) > 1 else f"{HERE}/../../build/check/rtos"
LIMIT = 30  # seconds, on a machine that others work on, too


class Guest:
    """A machine that is running, its console and QEMU's monitor."""

    def __init__(self, words, machine="", options=()):
        ours, theirs = socket.socketpair()
        self.text = ""
        self.events = []
        self.qemu = subprocess.Popen(
            ["qemu-system-aarch64", "-M", f"virt{machine}", "-accel", "tcg", "-cpu", "cortex-a57",
             "-m", "32", "-nodefaults", "-display", "none", "-no-reboot", "-serial", "stdio",
             "-chardev", f"socket,id=qmp,fd={theirs.fileno()}", "-mon", "chardev=qmp,mode=control",
             "-kernel", f"{FOLDER}/rtos.bin", "-append", words, *options],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            pass_fds=[theirs.fileno()])
        theirs.close()
        self.qmp = ours.makefile("rw", encoding="ascii")
        self.socket = ours
        self.deadline = time.monotonic() + LIMIT
        self.command("qmp_capabilities")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.qemu.kill()
        self.qemu.communicate()
        self.qmp.close()
        self.socket.close()

    def command(self, name):
        self.qmp.write(json.dumps({"execute": name}) + "\n")
        self.qmp.flush()

    def type(self, text):
        self.qemu.stdin.write(text.encode())
        self.qemu.stdin.flush()

    def _read(self):
        left = self.deadline - time.monotonic()
        if left <= 0 or not select.select([self.qemu.stdout], [], [], left)[0]:
            return False
        data = os.read(self.qemu.stdout.fileno(), 4096).decode()
        self.text += data.replace("\r", "")
        return data != ""

    def says(self, text):
        while text not in self.text:
            if not self._read():
                return False
        return True

    def ends(self):
        """What it ended by: QEMU's reason, None if it does not end."""
        while self._read():
            pass
        if self.deadline <= time.monotonic():
            return None
        events = [json.loads(line) for line in self.qmp]
        self.events = [event["event"] for event in events if "event" in event]
        reasons = [event["data"]["reason"] for event in events if event.get("event") == "SHUTDOWN"]
        return reasons[0] if reasons else None

    def exits(self, code):
        """Whether it tells that code, last of all, and is off."""
        return self.ends() == "guest-shutdown" and \
            self.text.endswith(f"\033]hwcontainer;exit={code}\007")


class Engine:
    """A sha256 engine in memory that the guest shares, as Documentation/simulator.rst says."""

    ID, CTRL, STATUS, LEN, STATE, DATA = 0x00, 0x08, 0x0C, 0x10, 0x20, 0x800
    START, INIT, LAST = 0x1, 0x4, 0x8
    DONE, ERROR = 0x2, 0x4
    RAM, SIZE = 0x40000000, 32 << 20
    WINDOW = SIZE - 0x1000

    def __init__(self, text, repeat, identity=b"SHA2", status=DONE):
        self.status = status
        self.commands = []
        self.hash = hashlib.sha256()
        self.file = tempfile.NamedTemporaryFile()
        self.file.truncate(self.SIZE)
        self.memory = mmap.mmap(self.file.fileno(), self.SIZE)
        self.put(self.ID, identity)
        self.tree = tempfile.NamedTemporaryFile(suffix=".dtb")
        self.build(text, repeat)
        self.over = False
        self.thread = threading.Thread(target=self.work)
        self.thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.over = True
        self.thread.join()
        self.file.close()
        self.tree.close()

    def put(self, at, data):
        self.memory[self.WINDOW + at:self.WINDOW + at + len(data)] = data

    def get(self, at):
        return struct.unpack_from("<I", self.memory, self.WINDOW + at)[0]

    def build(self, text, repeat):
        """QEMU's own tree and the engine, behind two buses that translate."""
        subprocess.run(["qemu-system-aarch64", "-M", f"virt,dumpdtb={self.tree.name}", "-m", "32"],
                       check=True, stderr=subprocess.DEVNULL)
        tree = subprocess.run(["dtc", "-q", "-I", "dtb", "-O", "dts", self.tree.name],
                              check=True, stdout=subprocess.PIPE, text=True).stdout
        tree += """/ { passthrough {
            #address-cells = <2>; #size-cells = <2>;
            ranges = <0 0 0 0x%x 0 0x1000>, <1 0 0 0x%x 0 0x10000>;
            bus { #address-cells = <1>; #size-cells = <1>; ranges = <0x100 1 0 0x10000>;
                engine@100 { compatible = "hwcontainer,sim-sha256"; reg = <0x100 0x1000>; };
            };
            app { hwcontainer,text = "%s"; hwcontainer,repeat = <%d>; };
        }; };""" % (self.RAM, self.RAM + self.WINDOW, text, repeat)
        subprocess.run(["dtc", "-q", "-I", "dts", "-O", "dtb", "-o", self.tree.name, "-"],
                       input=tree, check=True, text=True)

    def options(self):
        backend = f"memory-backend-file,id=ram,size=32M,share=on,mem-path={self.file.name}"
        return ["-object", backend, "-machine", "memory-backend=ram", "-dtb", self.tree.name]

    def work(self):
        while not self.over:
            if self.get(self.CTRL) & self.START:
                self.command(self.get(self.CTRL), self.get(self.LEN))
            time.sleep(0.001)

    def command(self, ctrl, size):
        if ctrl & self.INIT:
            self.hash = hashlib.sha256()
        begin = self.WINDOW + self.DATA
        self.hash.update(self.memory[begin:begin + size])
        self.commands.append((ctrl, size, self.get(self.STATUS)))
        if ctrl & self.LAST:
            digest = struct.unpack(">8I", self.hash.digest())
            self.put(self.STATE, struct.pack("<8I", *digest))
        self.put(self.CTRL, bytes(4))
        self.put(self.STATUS, struct.pack("<I", self.status))


def on_machine(machine, level, version, cpus):
    with Guest("mem ticks=3 exit=7", machine, ["-smp", str(cpus)]) as guest:
        return guest, guest.exits(7) and \
            f"EL{level}, 32 MiB of memory, {cpus} cpus, GICv{version}\n" in guest.text and \
            "mem 0x40000000 + 0x2000000\n" in guest.text and \
            "tick 3\n" in guest.text and "tick 4" not in guest.text


def ticks_in_time():
    """Twenty ticks by the guest's clock are two seconds by this machine's."""
    with Guest("ticks=20") as guest:
        guest.says("tick 1\n")
        begin = time.monotonic()
        guest.says("tick 20\n")
        return guest, guest.exits(0) and time.monotonic() - begin > 1.8


def ticks_forever():
    with Guest("console=ttyAMA0") as guest:
        return guest, guest.says("tick 3\n") and guest.qemu.poll() is None


def echoes():
    with Guest("echo") as guest:
        guest.says("listening\n")
        guest.type("one\ntwo words\rexit 42\n")
        return guest, guest.exits(42) and "\none\ntwo words\n" in guest.text


def crashes():
    with Guest("crash", options=["-device", "pvpanic-pci"]) as guest:
        return guest, guest.ends() is not None and "GUEST_PANICKED" in guest.events and \
            "rtos: undefined instruction at 0x" in guest.text and "spsr: " in guest.text


def crashes_alone():
    with Guest("crash") as guest:
        return guest, guest.says("no hypervisor that could be told") and guest.qemu.poll() is None


def reboots():
    with Guest("reboot") as guest:
        return guest, guest.ends() == "guest-reset" and "exit=" not in guest.text


def hangs():
    with Guest("hang") as guest:
        guest.says("hanging\n")
        guest.command("system_powerdown")
        time.sleep(0.5)
        return guest, guest.qemu.poll() is None and guest.text.endswith("hanging\n")


def is_asked(words, text):
    with Guest(words) as guest:
        guest.says(text)
        guest.command("system_powerdown")
        return guest, guest.exits(0) and "asked to end\n" in guest.text


def has_much_memory():
    with Guest("exit=0", options=["-m", "3G"]) as guest:
        return guest, guest.exits(0) and " 3072 MiB of memory" in guest.text


TEXT = "thirty-two bytes to be repeated."


def drives(repeat, commands):
    size = len(TEXT) * repeat
    with Engine(TEXT, repeat) as engine:
        with Guest("exit=0", options=engine.options()) as guest:
            good = guest.exits(0)
        digest = hashlib.sha256(TEXT.encode() * repeat).hexdigest()
        return guest, good and f"\nsha256 {digest}\n" in guest.text and \
            f"engine: {size} bytes, {len(commands)} commands, 0 interrupts" in guest.text and \
            engine.commands == [(ctrl, size, 0) for ctrl, size in commands]


def refused(text, **engine):
    """Code 0 is not told where the engine does not work, any other one is."""
    with Engine("a", 1, **engine) as engine:
        for asked, told in ((0, 1), (5, 5)):
            with Guest(f"exit={asked}", options=engine.options()) as guest:
                if not guest.exits(told) or text not in guest.text:
                    return guest, False
        return guest, True


def has_no_interrupt():
    with Guest("stay ignore disable exit=3") as guest:
        return guest, guest.exits(3) and \
            guest.text.count("engine: there is none with an interrupt\n") == 3


TESTS = [
    ("GICv2, entered at EL1", lambda: on_machine(",gic-version=2", 1, 2, 1)),
    ("GICv3, entered at EL1", lambda: on_machine(",gic-version=3", 1, 3, 2)),
    ("GICv2, entered at EL2", lambda: on_machine(",gic-version=2,virtualization=on", 2, 2, 2)),
    ("GICv3, entered at EL2", lambda: on_machine(",gic-version=3,virtualization=on", 2, 3, 1)),
    ("a tree that is put at the end of 3 GiB", has_much_memory),
    ("ten ticks a second, then it is off", ticks_in_time),
    ("without a word that it knows it ticks for ever", ticks_forever),
    ("lines come back, and words are done", echoes),
    ("a crash shows registers and is told to QEMU", crashes),
    ("a crash that nobody can be told of", crashes_alone),
    ("a reboot", reboots),
    ("asked to end while it ticks", lambda: is_asked("ticks", "tick 1\n")),
    ("asked to end while it listens", lambda: is_asked("echo", "listening\n")),
    ("the engine hashes a text", lambda: drives(1, [(0xD, 32)])),
    ("as much as fits into a command", lambda: drives(64, [(0xD, 2048)])),
    ("and more", lambda: drives(129, [(0x5, 2048), (0x1, 2048), (0x9, 32)])),
    ("an engine that refuses", lambda: refused("engine: refused, status 0x6", status=6)),
    ("another engine", lambda: refused("there is no sha256 but 0x31524946", identity=b"FIR1")),
    ("words for an engine with an interrupt, of which there is none", has_no_interrupt),
    ("what hangs does not end when it is asked to", hangs),
]


def main():
    failed = False
    print(f"TAP version 13\n1..{len(TESTS)}", flush=True)
    for number, (name, test) in enumerate(TESTS, 1):
        guest, good = test()
        if not good:
            failed = True
            for line in guest.text.splitlines() + guest.events:
                print("# " + line.replace("\033", "^[").replace("\007", "^G"))
        print(f"{'ok' if good else 'not ok'} {number} - {name}", flush=True)
    sys.exit(failed)


if __name__ == "__main__":
    main()
