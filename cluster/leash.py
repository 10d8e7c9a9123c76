"""Run a command that ends when its parent ends, as another account where one is given.

Started as a script: ``python -I -S leash.py PARENT SIGNAL UID GID COMMAND…``; UID -1 keeps the account.
It replaces itself with the command, so the process id that the parent sees is the command's own.
A script rather than a ``preexec_fn``, because Python code between fork and exec can deadlock in a process
that has threads, and a parent that drives Ray has many. It imports the standard library alone.
"""

import ctypes
import os
import sys

_PR_SET_PDEATHSIG = 1


def _follow_parent(parent: int, signal_number: int) -> None:
    """Ask the kernel for a signal at the parent's death; other systems than Linux have no such call."""
    if sys.platform != "linux":
        return
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal_number, 0, 0, 0)
    if os.getppid() != parent:
        sys.exit(0)


def _become(uid: int, gid: int) -> None:
    """Give up every right of the starting account for those of `uid` and `gid`."""
    if uid < 0:
        return
    os.setgroups([])
    os.setgid(gid)
    os.setuid(uid)


def main(arguments: list[str]) -> None:
    """Change account, tie this process to its parent, and become the command."""
    parent, signal_number, uid, gid = (int(argument) for argument in arguments[:4])
    command = arguments[4:]
    # The kernel forgets the signal when the account changes, so the account goes first.
    _become(uid, gid)
    _follow_parent(parent, signal_number)
    os.execv(command[0], command)


if __name__ == "__main__":
    main(sys.argv[1:])
