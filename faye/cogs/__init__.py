"""One Discord feature each: check, defer, ask, render."""
