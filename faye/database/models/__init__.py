"""Schema and rules: SQLModel classes whose methods are the game.

Nothing here awaits, opens a session, reads a clock or draws from a global generator.
"""
