"""Arrays on a real Slurm: several nodes on this machine, started for these tests and ended with them."""
