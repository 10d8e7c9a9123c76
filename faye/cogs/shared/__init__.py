"""What every feature uses: the flow of an interaction, texts, refusals, and the look of things."""
