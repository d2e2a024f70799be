#!/usr/bin/env bash
# Runs a command, and what it starts, as if it were another day: nothing may depend on today's date.
#   runtime/tests/moved-clock.sh DAYS COMMAND…       e.g.  moved-clock.sh 95 npm run test:interop
# Needs faketime (npm run peers), and qemu-user for the peers written in Go: those ask the kernel
# itself for the time, so they run on an emulated processor, whose system calls go through libc.
# Chromium does not start with a clock that was moved; it keeps today's.
set -euo pipefail

if [ $# -lt 2 ]; then
  sed -n '2,3p' "$0" >&2
  exit 2
fi
days=$1
shift

library=$(find /usr/lib /usr/lib64 /usr/local/lib -name libfaketimeMT.so.1 -print -quit 2>/dev/null || true)
emulator=$(command -v "qemu-$(uname -m)" || true)
if [ -z "$library" ] || [ -z "$emulator" ]; then
  echo "moved-clock: needs faketime and qemu-user (apt-get install faketime qemu-user)" >&2
  exit 1
fi

shims=$(mktemp -d)
trap 'rm -rf "$shims"' EXIT
shim() { # command, what runs it
  local real
  real=$(PATH="$PATH:/usr/sbin:/sbin" command -v "$1") || return 0
  printf '#!/bin/sh\nexec %s %s "$@"\n' "$2" "$real" >"$shims/$1"
  chmod +x "$shims/$1"
}
for peer in influxd nats-server prometheus victoria-metrics; do shim "$peer" "$emulator"; done
shim chromium 'env -u LD_PRELOAD'

# No time of files is moved (a file written now is of now, in both clocks), and no shared counter.
export LD_PRELOAD=$library FAKETIME=+$((days * 86400)) NO_FAKE_STAT=1 PATH="$shims:$PATH"
echo "moved-clock: it is $(date -u '+%F %T') here" >&2
"$@"
