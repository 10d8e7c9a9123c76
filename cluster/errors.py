"""What can go wrong while the system is run, each with a word on what to do."""


class ClusterError(Exception):
    """The system cannot be run as asked; the text says what failed and what to do."""


class HomeInUse(ClusterError):
    """Another run owns this home."""


class ServerFailed(ClusterError):
    """A server did not start, or keeps ending."""


class PortTaken(ClusterError):
    """A port that was asked for belongs to another program."""
