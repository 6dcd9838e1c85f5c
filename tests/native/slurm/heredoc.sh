#!/usr/bin/env bash
#SBATCH -JNAMD -N1 -n16 -t 1:30:00 --mem 32G
#SBATCH --export=ALL,OMP_NUM_THREADS=16

cat > input.conf <<'CONF'
#SBATCH --this-is-data
steps   1000
name    "a b"
CONF

cat <<EOF | tee manifest.txt
job: ${SLURM_JOB_ID:-none}
#SBATCH is only text here
EOF
namd2 +p16 input.conf
