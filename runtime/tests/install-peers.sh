#!/usr/bin/env bash
# Installs the independent peers of the interop tests by apt: DCMTK, Orthanc, InfluxDB, Chromium,
# dicom3tools, GDCM, VictoriaMetrics, Prometheus, NATS, faketime, tshark, tcpdump,
# iproute2, Slurm. Whatever is there already is left alone, and no package may start a service.
# Where it cannot install (not root, not Debian) it says so: the tests skip loudly, and fail in CI.
set -uo pipefail

# command looked for -> package that brings it
declare -A peers=(
  [storescu]=dcmtk [tshark]=tshark [tcpdump]=tcpdump [Orthanc]=orthanc [influxd]=influxdb [chromium]=chromium [dciodvfy]=dicom3tools
  [victoria-metrics]=victoria-metrics [prometheus]=prometheus [gdcmconv]=libgdcm-tools
  [nats-server]=nats-server [faketime]=faketime [ip]=iproute2 [nsenter]=util-linux
  [slurmctld]=slurmctld [slurmd]=slurmd [sbatch]=slurm-client
)
packages=(dcmtk orthanc orthanc-gdcm orthanc-dicomweb influxdb chromium dicom3tools libgdcm-tools victoria-metrics prometheus nats-server faketime tshark tcpdump iproute2 util-linux slurmctld slurmd slurm-client)

export PATH="$PATH:/usr/sbin:/sbin"
missing() {
  for command in "${!peers[@]}"; do
    command -v "$command" >/dev/null || printf '%s ' "${peers[$command]}"
  done
  if command -v Orthanc >/dev/null && ! compgen -G '/usr/share/orthanc/plugins/*Gdcm*' >/dev/null; then
    printf 'orthanc-gdcm '
  fi
  if command -v Orthanc >/dev/null && ! compgen -G '/usr/share/orthanc/plugins/*DicomWeb*' >/dev/null; then
    printf 'orthanc-dicomweb '
  fi
}

leave() { # message, hint
  echo "peers: $1" >&2
  echo "  hint: $2" >&2
  if [ -n "${CI:-}" ]; then exit 1; fi
  echo "peers: tests that need them will be SKIPPED, and say so" >&2
  exit 0
}

absent=$(missing)
if [ -z "$absent" ]; then
  echo "peers: all present (${packages[*]})"
  exit 0
fi
if ! command -v apt-get >/dev/null; then
  leave "missing: $absent- and this is not a Debian-like system" \
    "install them your way, so that their commands are on the PATH"
fi
if [ "$(id -u)" -ne 0 ]; then
  leave "missing: $absent- and installing them needs root" "sudo apt-get install -y ${packages[*]}"
fi

# Debian's own switch: packages that ask whether they may start a service are told no.
policy=/usr/sbin/policy-rc.d
saved=
if [ -e "$policy" ]; then
  saved=$(mktemp)
  cp -p "$policy" "$saved"
fi
restore() {
  if [ -n "$saved" ]; then mv -f "$saved" "$policy"; else rm -f "$policy"; fi
}
trap restore EXIT
printf '#!/bin/sh\nexit 101\n' >"$policy"
chmod 755 "$policy"

echo "peers: installing $absent"
export DEBIAN_FRONTEND=noninteractive
apt-get update -q >/dev/null || echo "peers: apt-get update failed, trying with what is known" >&2
apt-get install -y -q --no-install-recommends "${packages[@]}" || true

absent=$(missing)
if [ -n "$absent" ]; then
  leave "still missing after apt-get install: $absent" "see apt's messages above"
fi
echo "peers: all present (${packages[*]})"
