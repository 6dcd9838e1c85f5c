"""A Slurm that only counts: its commands tell of the jobs in a file, and none of those ever runs.

It stands in for the real one where there is none, or where nothing must run because there are a thousand jobs.
"""

from pathlib import Path

COMMANDS = ("squeue", "sacct", "scontrol", "scancel", "sinfo", "sstat")
SCRIPT = r"""#!/bin/bash
# A line of the file is ID|STATE|FILE|COMMENT; the last one of a job holds.
jobs='{jobs}'
ids=; for word; do [[ $word == --jobs=* ]] && ids=${word#--jobs=}; done
case "${0##*/} $*" in
  squeue*--format=%F*) awk -F'|' '{ id = $1; sub(/^[^|]*[|][^|]*[|][^|]*[|]/, ""); print id "|" $0 }' "$jobs" ;;
  squeue*--Format=Name:*) cat "$jobs-$ids.line" ;;
  "scontrol write batch_script "*) cat "$jobs-$3.sh" ;;
  squeue*--Format=*)
    awk -F'|' -v wanted="$ids" '
      BEGIN { n = split(wanted, ids, ","); for (i = 1; i <= n; i++) asked[ids[i]] = 1 }
      $1 in asked { state[$1] = $2 }
      END {
        for (job in state) print job "|" job "|" state[job] "|None|0|0|0|"
        if (length(state) == 0) { print "slurm_load_jobs error: Invalid job id specified" > "/dev/stderr"; exit 1 }
      }' "$jobs" ;;
  "scontrol show config")
    printf '%s\n' 'AccountingStorageType   = accounting_storage/none' 'MinJobAge               = 300 sec' \
      'SLURM_VERSION           = 22.05.8' ;;
  "scontrol show job "*)
    awk -F'|' -v job="$3" '
      $1 == job { state = $2; if ($3 != "") file = $3 }
      END {
        if (state == "") { print "slurm_load_jobs error: Invalid job id specified" > "/dev/stderr"; exit 1 }
        print "JobId=" job "\n   JobState=" state "\n   NumNodes=1 NumTasks=1\n   StdOut=" file
      }' "$jobs" ;;
  scancel*) for job; do printf '%s|CANCELLED||\n' "$job" >>"$jobs"; done ;;
  scontrol*) ;;
  sacct*) echo 'Slurm accounting storage is disabled' >&2; exit 1 ;;
  "sinfo --noheader --format=%P") echo 'work*' ;;
  sinfo*) echo 'work|up|gpu:a100:4' ;;
  sstat*) ;;
esac
"""


class CountedSlurm:
    """Its commands are in ``bin``; each job is one more line of a file."""

    def __init__(self, folder: Path) -> None:
        self.bin, jobs = folder / "bin", folder / "jobs"
        self.bin.mkdir()
        for name in COMMANDS:
            (self.bin / name).write_text(SCRIPT.replace("{jobs}", str(jobs)))
            (self.bin / name).chmod(0o755)
        self._jobs = jobs
        jobs.touch()

    def keep(self, job: str, script: str, name: str, partition: str, minutes: int, comment: str) -> None:
        """What was asked for, as far as it is told of: the script, and a line of squeue's."""
        cells = [name, partition, *["(null)"] * 3, f"{minutes}:00" if minutes else "(null)", *["(null)"] * 5, comment]
        self._jobs.with_name(f"jobs-{job}.sh").write_text(script, encoding="utf-8")
        self._jobs.with_name(f"jobs-{job}.line").write_text("".join(f"{cell}|" for cell in cells), encoding="utf-8")

    def note(self, job: str, state: str, file: str = "", comment: str = "") -> None:
        """The job is in this state from now on."""
        with self._jobs.open("a", encoding="utf-8") as stream:
            stream.write(f"{job}|{state}|{file}|{comment}\n")
