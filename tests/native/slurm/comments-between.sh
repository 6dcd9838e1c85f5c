#!/bin/bash

# Resources of one node.

#SBATCH --nodes=1     # one node is enough
##SBATCH --nodes=8
# SBATCH --mem=1T
   # an indented comment does not end the directives
#SBATCH --ntasks-per-node=24

#SBATCH --workdir=/scratch/project/run-7
#SBATCH --hold
#SBATCH --time=90:30

srun ./solver   # starts the tasks
