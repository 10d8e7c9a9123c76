"""The local Discord server and its web page."""
