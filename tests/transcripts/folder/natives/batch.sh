#!/bin/bash
#SBATCH -J Fold
#SBATCH -p work -N 2 --ntasks-per-node=24
#SBATCH --time=1-12
#SBATCH --gres=gpu:a100:2
#SBATCH --parsable

module load gromacs
srun gmx_mpi mdrun -deffnm fold
