#!/bin/bash
#PBS -l walltime=01:00:00
#PBS -N old
#SBATCH --job-name=moved
#SBATCH --time=1:00:00
#SBATCH --gres=gpu:v100
./run-all.sh
