#!/usr/bin/env bash
# Agents of dicomrun as an array of Slurm, each for one run:
#   sbatch --array=0-9 slurm-agents.sh /path/agent.creds
#   dicomrun run gi-routing.ts --creds coordinator.creds --agents 10 --agents-wait 10m
# The folder of agent.creds has to be there on each node.
#SBATCH --job-name=dicomrun-agent
#SBATCH --ntasks=1
#SBATCH --cpus-per-task=2
#SBATCH --mem=2G
#SBATCH --time=04:00:00
#SBATCH --no-requeue
#SBATCH --signal=TERM@60
set -euo pipefail
creds=${1:?"usage: sbatch --array=0-9 slurm-agents.sh AGENT.CREDS"}
ulimit -n "$(ulimit -Hn)"
exec dicomrun agent --creds "$creds" --label "job=${SLURM_ARRAY_JOB_ID:-local}" \
  --results "${SLURM_TMPDIR:-${TMPDIR:-/tmp}}/dicomrun-parts"
