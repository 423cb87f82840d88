"""What work costs: prices, reserves, budgets, ceilings and usage."""
