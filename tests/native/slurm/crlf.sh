#!/bin/bash
#SBATCH --job-name=from-windows
#SBATCH --ntasks=1
#SBATCH --time=10

echo "edited on Windows"
