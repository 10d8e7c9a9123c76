"""The signals of a process that has joined Ray."""

import logging
import signal
import threading

# Ray says on every join that it could not take SIGTERM, which is just as it should be.
logging.getLogger("ray._private.worker").addFilter(
    lambda record: not record.getMessage().startswith("SIGTERM handler is not set")
)


def keep_signals() -> None:
    """Take SIGTERM back from Ray, whose handler reports every ordinary stop as a crash with a stack.

    What this process had set for it applies again. Ray keeps the signals of real crashes.
    """
    if threading.current_thread() is not threading.main_thread():
        return
    handler = signal.getsignal(signal.SIGTERM)
    if handler is not None:
        signal.signal(signal.SIGTERM, handler)
        signal.siginterrupt(signal.SIGTERM, False)
