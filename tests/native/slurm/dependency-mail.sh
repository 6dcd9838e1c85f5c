#!/bin/bash
#SBATCH --job-name=post-process
#SBATCH --dependency=afterok:4816213:4816214,afterany:4816215
#SBATCH --kill-on-invalid-dep=yes
#SBATCH --mail-type=END,FAIL --mail-user=ada@example.com
#SBATCH --qos=short
#SBATCH --reservation=friday
#SBATCH --licenses=matlab:2
#SBATCH --comment="for the \"friday\" deadline #1"
#SBATCH --begin=now+1hour
#SBATCH --nice=50

matlab -batch "post_process('results')"
