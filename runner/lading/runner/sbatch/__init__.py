"""Slurm's own commands, for every platform behind which they run: what is asked, and what the answers mean."""
