#!/bin/bash
#SBATCH --job-name=render
#SBATCH --array=0-98:2,101%10
#SBATCH --time=30
#SBATCH --mem-per-cpu=2G
#SBATCH --cpus-per-task=4
#SBATCH --output=out/%A_%a.out

FRAME=$(printf '%04d' "$SLURM_ARRAY_TASK_ID")
blender -b scene.blend -o "//frames/$FRAME" -f "$SLURM_ARRAY_TASK_ID" -t "$SLURM_CPUS_PER_TASK"
