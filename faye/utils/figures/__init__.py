"""The spirits on the cards: drawn as symmetrical figures out of form, class, element, rarity and seed."""
