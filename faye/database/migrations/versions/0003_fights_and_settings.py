"""Fights in the player's row, suspension, the tutorial, what a user has settled, leaderboards, and what is in force.

A fight stands in its player's row, so that it is written with every other change of that player and under the same
fence. No index finds those that nobody goes on with (it would end updates in place): the next who asks for such a
player ends the fight first.

The configuration in force is one row. Whoever writes ledger lines names the configuration that they were decided
under, and is refused if it is another: so all hosts change over at the moment at which that row does.
"""

from alembic import op

revision = "0003"
down_revision = "0002"

CURRENT_CONFIGURATION = """
CREATE TABLE current_configuration (
    is_it boolean PRIMARY KEY DEFAULT true CHECK (is_it),
    id bigint NOT NULL REFERENCES configurations (id),
    since timestamptz NOT NULL DEFAULT now()
)
"""

# Where no configuration was ever put in force, every one may be decided under.
REQUIRE_CURRENT = """
CREATE FUNCTION faye_is_in_force(config_id bigint) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF EXISTS (SELECT FROM current_configuration WHERE id <> config_id) THEN
        RAISE EXCEPTION 'configuration % is not in force', config_id USING ERRCODE = 'FY003';
    END IF;
    RETURN true;
END $$
"""

# Leaderboards are copies beside the players: whoever sorts reads these, and no index burdens what is written often.
STANDINGS = """
CREATE TABLE standings (
    player_id bigint PRIMARY KEY,
    level bigint NOT NULL,
    xp bigint NOT NULL,
    power bigint NOT NULL,
    species bigint NOT NULL,
    esprits bigint NOT NULL
) WITH (fillfactor = 80)
"""

LEADERBOARD = """
CREATE TABLE leaderboard (
    board text NOT NULL,
    place bigint NOT NULL,
    rank bigint NOT NULL,
    score bigint NOT NULL,
    further bigint NOT NULL,
    player_id bigint,
    PRIMARY KEY (board, place)
)
"""

LEADERBOARD_RUN = """
CREATE TABLE leaderboard_run (
    single boolean PRIMARY KEY DEFAULT true CHECK (single),
    drawn_up_at timestamptz NOT NULL,
    took_ms bigint NOT NULL,
    players bigint NOT NULL,
    config_id bigint NOT NULL,
    seen xid8 NOT NULL
)
"""

STATEMENTS = (
    "ALTER TABLE players ADD COLUMN fight text",
    "ALTER TABLE players ADD COLUMN fight_until timestamptz",
    "ALTER TABLE players ADD COLUMN trial_at timestamptz",
    "ALTER TABLE players ADD COLUMN suspended_until timestamptz",
    "ALTER TABLE players ADD COLUMN suspended_for text",
    "ALTER TABLE players ADD COLUMN tutorial integer NOT NULL DEFAULT 0",
    "ALTER TABLE players ADD CONSTRAINT players_fight_ends CHECK ((fight IS NULL) = (fight_until IS NULL))",
    "ALTER TABLE accounts ADD COLUMN language text",
    "ALTER TABLE accounts ADD COLUMN private boolean NOT NULL DEFAULT false",
    "ALTER TABLE accounts ADD COLUMN notify boolean NOT NULL DEFAULT false",
    "ALTER TABLE accounts ADD COLUMN reminded_of timestamptz",
    "ALTER TABLE accounts ADD COLUMN reminded_in text",
    # Whoever reminds reads this and no account that is not due.
    "CREATE INDEX accounts_notify ON accounts (player_id, reminded_of, discord_id) WHERE notify",
    CURRENT_CONFIGURATION,
    REQUIRE_CURRENT,
    # Names one account of a user among all that the user ever has, and says nothing of any of them.
    "ALTER TABLE accounts ADD COLUMN mark bigint NOT NULL DEFAULT floor(random() * 9007199254740992)::bigint",
    STANDINGS,
    LEADERBOARD,
    LEADERBOARD_RUN,
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
