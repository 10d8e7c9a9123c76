"""The engine that hosts the game: mailboxes, grains, unit of work, routing and delivery."""
