"""Fights in the player's row, suspension, the tutorial, and what a Discord user has settled.

A fight stands in its player's row, so that it is written with every other change of that player and under the same
fence. No index finds those that nobody goes on with (it would end updates in place): the next who asks for such a
player ends the fight first.
"""

from alembic import op

revision = "0003"
down_revision = "0002"

STATEMENTS = (
    "ALTER TABLE players ADD COLUMN fight text",
    "ALTER TABLE players ADD COLUMN fight_until timestamptz",
    "ALTER TABLE players ADD COLUMN trial_at timestamptz",
    "ALTER TABLE players ADD COLUMN suspended_until timestamptz",
    "ALTER TABLE players ADD COLUMN tutorial integer NOT NULL DEFAULT 0",
    "ALTER TABLE players ADD CONSTRAINT players_fight_ends CHECK ((fight IS NULL) = (fight_until IS NULL))",
    "ALTER TABLE accounts ADD COLUMN language text",
    "ALTER TABLE accounts ADD COLUMN private boolean NOT NULL DEFAULT false",
    "ALTER TABLE accounts ADD COLUMN notify boolean NOT NULL DEFAULT false",
    # Names one account of a user among all that the user ever has, and says nothing of any of them.
    "ALTER TABLE accounts ADD COLUMN mark bigint NOT NULL DEFAULT floor(random() * 9007199254740992)::bigint",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
