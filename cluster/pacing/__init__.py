"""How fast players come on: diligent ones, simulated through the real engine and its rules, on a clock of their own."""
