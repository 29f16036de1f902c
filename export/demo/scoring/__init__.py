"""How well the demonstration's networks do, on songs that training never saw, and on others."""
