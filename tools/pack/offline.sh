#!/usr/bin/env bash
# One archive with everything, for a network without the Internet: dicomrun, its packages and this
# Node.js. Unpack it anywhere; nothing is installed. Usage: npm run pack:offline [-- FOLDER]
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
out=$(mkdir -p "${1:-.}" && cd "${1:-.}" && pwd)
cd "$root"
[ -f dist/runtime/cli/main.js ] || { echo "pack:offline: build it first: npm ci" >&2; exit 1; }

read -r name version platform < <(node -p "
  const { name, version } = require('./package.json');
  [name, version, process.platform + '-' + process.arch].join(' ')")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
app="$work/$name/app"
mkdir -p "$app" "$work/$name/bin"

# What the package ships, as npm would pack it.
npm pack --ignore-scripts --silent --pack-destination "$work" >/dev/null
tar -xzf "$work/$name-$version.tgz" -C "$app" --strip-components=1
# The packages that it runs with, as they were installed by the lockfile.
npm ls --all --omit=dev --parseable 2>/dev/null | sed "1d; s|^$root/||" | while read -r folder; do
  mkdir -p "$app/$(dirname "$folder")"
  cp -R "$folder" "$app/$folder"
done
cp "$(node -p process.execPath)" "$work/$name/bin/node"
cat >"$work/$name/bin/dicomrun" <<'SH'
#!/bin/sh
# Follows links, so that one in a folder of the PATH works.
self=$(readlink -f "$0")
here=${self%/*}
exec "$here/node" "$here/../app/dist/runtime/cli/main.js" "$@"
SH
chmod 755 "$work/$name/bin/dicomrun"

file="$out/$name-$version-offline-$platform.tgz"
tar -czf "$file" -C "$work" --owner=0 --group=0 "$name"
(cd "$out" && sha256sum "$(basename "$file")" | tee "$file.sha256")
