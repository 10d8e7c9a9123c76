"""What the operating system refuses, in words, and what to do about it."""

import errno
from typing import Final

_OWN: Final = "a directory of your own"
_OTHER_DISK: Final = "a directory on another disk"

_ADVICE: Final[dict[int, tuple[str, str, str]]] = {
    errno.EACCES: ("this account may not use it", "use the account that runs Faye", _OWN),
    errno.EPERM: ("it belongs to another account", "use the account that runs Faye", _OWN),
    errno.ENOSPC: ("the disk is full", "make room", _OTHER_DISK),
    errno.EDQUOT: ("your quota is used up", "make room", _OTHER_DISK),
    errno.EROFS: ("the file system is read-only", "", "a directory elsewhere"),
    errno.ENOTDIR: ("a file is in the way", "move it away", "a directory"),
    errno.EEXIST: ("a file is in the way", "move it away", "a directory"),
    errno.EISDIR: ("a directory stands where a file belongs", "move it away", ""),
    errno.ENAMETOOLONG: ("the name is too long", "", "a shorter path"),
    errno.ELOOP: ("links lead round in a circle", "", "another directory"),
    errno.ENOENT: ("it is not there, or not any more", "", "a directory that can be made"),
    errno.EMFILE: ("too many files are open", "raise the limit (`ulimit -n`)", ""),
    errno.ENFILE: ("too many files are open on this machine", "end something else", ""),
    errno.ENOMEM: ("the machine has no memory left for this", "end something else", ""),
    errno.EAGAIN: ("the machine has no process left for this", "end something else", ""),
}
"""By number: what is wrong, what to do where it is, and where else to go; empty where there is nothing to say."""


def in_words(error: OSError, *, movable: str | None = None) -> str:
    """What was refused and what to do; `movable` is the setting, if any, that leads to another place."""
    what, here, elsewhere = _ADVICE.get(error.errno or 0, (error.strerror or str(error), "", ""))
    ways = [here] if here else []
    if movable and elsewhere:
        ways.append(f"set {movable} to {elsewhere}")
    return "; ".join(filter(None, (what or type(error).__name__, ", or ".join(ways))))
