#!/bin/sh
# Makes the Artifacts, checks all that is written here, and updates the System, whose boards are files in boards/.
# Run it again after each change.
set -eu
cd "$(dirname "$0")"
. ./env.sh

say() { printf '\n== %s\n' "$*"; }

say "Artifacts"
rm -rf artifacts
./make-artifacts.sh

say "The boards as the factory delivers them"
rm -rf boards datastore
grep -v '^#' boards.txt | while read -r interface type id version path; do
  case $interface in
    directory)
      mkdir -p "$path/a"
      echo "$version" | tee "$path/a/version" >"$path/a.version"
      ln -s a "$path/current"
      ;;
    single-file)
      notes=${path%/*}/.${path##*/}.orchestrator
      mkdir -p "$notes"
      echo "$version" >"$path"
      echo "$(sha256sum <"$path" | cut -d ' ' -f 1)  $version" >"$notes/versions"
      ;;
    *)
      mkdir -p "${path%/*}"
      echo "$version" >"$path"
      ;;
  esac
done
say "Is what is written right?"
"$program" validate --strict topology.yaml manifest.yaml artifacts/*.mender
grep -v '^#' boards.txt | while read -r interface type id version path; do
  "$program" interface check --type "$type" "interfaces/v1/$interface" "$id" "$PWD/$path" >check.log || {
    cat check.log
    exit 1
  }
  echo "$interface of $id: true to the protocol"
done
rm -f check.log

say "What runs now"
"$program" show-provides

say "The plan"
"$program" plan manifest.yaml

say "The update"
"$program" install manifest.yaml
"$program" show-provides
