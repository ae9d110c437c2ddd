#!/bin/sh
# Writes the Artifacts of this release with mender-artifact. Put your own files in place of those that are made here.
set -eu
cd "$(dirname "$0")"
mkdir -p artifacts
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# The payload type is what the Interface expects, the device type is the Component type.
write_artifact() { # payload type, component type, version, file
  mender-artifact write module-image --type "$1" --device-type "$2" --artifact-name "$3" \
    --file "$4" --output-path "artifacts/$3.mender" >/dev/null
  echo "artifacts/$3.mender"
}

mkdir "$scratch/gateway"
echo gateway-v2 >"$scratch/gateway/version"
tar -cf "$scratch/gateway.tar" -C "$scratch/gateway" .
write_artifact directory gateway gateway-v2 "$scratch/gateway.tar"

echo rtos-v2 >"$scratch/image"
write_artifact single-file rtos rtos-v2 "$scratch/image"
