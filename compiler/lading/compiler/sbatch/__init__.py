"""Batch scripts for ``sbatch``: what every platform shares that hands its jobs to Slurm, however it reaches it."""
