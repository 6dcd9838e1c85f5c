#!/bin/bash
#SBATCH --job-name=monte-carlo
#SBATCH --ntasks=64
#SBATCH --cpus-per-task=2
#SBATCH --mem-per-cpu=1500M
#SBATCH --time=1-00:00:00
#SBATCH --distribution=cyclic
#SBATCH --spread-job

srun ./sample --seed "$RANDOM"
