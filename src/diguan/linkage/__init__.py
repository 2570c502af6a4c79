"""Finding the same person twice, in one register or between a register and a list of others."""
