#!/usr/bin/env python3
#SBATCH --job-name=in-python
#SBATCH --time=15
#SBATCH --mem=2G
#SBATCH --parsable

import os

print(os.environ["SLURM_JOB_ID"], "ran without a shell")
