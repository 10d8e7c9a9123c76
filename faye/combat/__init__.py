"""Fights: who stands in them, what a turn does, who is met. Pure, whole numbers alone, chance from a seed."""
