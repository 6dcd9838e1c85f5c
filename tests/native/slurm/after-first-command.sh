#!/bin/sh
#SBATCH --job-name=late
#SBATCH --time=5
set -e
#SBATCH --time=500
#SBATCH --exclusive
echo "what stands after the first command is a comment"
