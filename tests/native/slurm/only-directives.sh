#!/bin/bash
#SBATCH --job-name=empty
#SBATCH --time=1
