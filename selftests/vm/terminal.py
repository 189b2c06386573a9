#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""An engine's part of a container's terminal.

    terminal.py SOCKET TEXT   takes a terminal at SOCKET, types TEXT when the guest has
                              said something, and prints what it says until it ends
"""

import os
import select
import socket
import sys

LIMIT = 30  # seconds


def take(path):
    """The terminal that comes there."""
    with socket.socket(socket.AF_UNIX) as listener:
        # whoever sees the name may connect to it
        listener.bind(path + ".new")
        listener.listen()
        os.rename(path + ".new", path)
        listener.settimeout(LIMIT)
        with listener.accept()[0] as connection:
            return socket.recv_fds(connection, 256, 1)[1][0]


def hear(terminal):
    """What is said next, or nothing at the end."""
    if not select.select([terminal], [], [], LIMIT)[0]:
        return b""
    try:
        return os.read(terminal, 4096)
    except OSError:  # nobody has the other end any more
        return b""


def main():
    terminal = take(sys.argv[1])
    text = sys.argv[2].encode().decode("unicode_escape").encode()
    said = hear(terminal)
    os.write(terminal, text)
    while said:
        sys.stdout.buffer.write(said)
        sys.stdout.flush()
        said = hear(terminal)
    os.unlink(sys.argv[1])


main()
