#!/bin/bash
#SBATCH --job-name=odd
#SBATCH --clusters=other
#SBATCH --uid=1000
#SBATCH --comment="never closed
#SBATCH junk --time=10
#SBATCH --ntask 4
#SBATCH --some-new-option=5

true
