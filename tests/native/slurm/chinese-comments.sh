#!/bin/bash
#SBATCH --job-name=分子动力学
#SBATCH --partition=work     # 分区
#SBATCH --nodes=2            # 两个节点
#SBATCH --ntasks=48
# 以上是资源申请，以下是程序。
#SBATCH --comment="课题 组" --mem 4000

yhrun ./vasp_std   # 天河上的 srun
echo "完成"
