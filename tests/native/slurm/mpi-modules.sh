#!/bin/bash -l
# Heat equation on four nodes.
#SBATCH -J Heat_Equation
#SBATCH -p work
#SBATCH -N 4
#SBATCH -n 96
#SBATCH -t 2-12
#SBATCH -A hydro
#SBATCH -o logs/%x-%j.out
#SBATCH -e logs/%x-%j.err

module purge
module load intel/2021 mpich/4.1

cd "$SLURM_SUBMIT_DIR"
srun --mpi=pmi2 ./heat --grid 4096 > "run-$SLURM_JOB_ID.log"
