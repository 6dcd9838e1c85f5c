#!/bin/bash
#SBATCH -J fine-tune
#SBATCH -p gpu
#SBATCH -t 8:00:00
#SBATCH -N 2 --ntasks-per-node=4
#SBATCH --gres=gpu:a100:4
#SBATCH --mem=200G
#SBATCH --mail-type=END,FAIL

module load cuda/12
srun python fine_tune.py --rate 0.0003
