"""The game: rules, messages and the Discord front-end; knows nothing of actors or Ray."""
