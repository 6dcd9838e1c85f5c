#!/bin/bash
#SBATCH --job-name=elastic
#SBATCH --nodes=2-4
#SBATCH --ntasks-per-node=32
#SBATCH --gres=gpu:4,lustre:1
#SBATCH --gpus-per-task=1
#SBATCH --time=UNLIMITED
#SBATCH --dependency=singleton
#SBATCH --exclude=cn[0001-0003]
#SBATCH --exclusive=user
#SBATCH --switches=1@10:00
#SBATCH --no-requeue

mpirun ./elastic
