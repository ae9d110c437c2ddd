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

write_directory() { # component type, version
  mkdir "$scratch/$2"
  echo "$2" >"$scratch/$2/version"
  tar -cf "$scratch/$2.tar" -C "$scratch/$2" .
  write_artifact directory "$1" "$2" "$scratch/$2.tar"
}

write_image() { # payload type, component type, version
  echo "$3" >"$scratch/$3.img"
  write_artifact "$1" "$2" "$3" "$scratch/$3.img"
}

write_directory rootfs rootfs-2026.3
write_directory app app-5.0
write_image single-file motor motor-2.1
write_image one-way safety safety-2.0
write_image one-way safety safety-3.0
write_image single-file camera camera-3.1
