# What Interfaces in shell share: Interface protocol v1 around functions that an author writes. POSIX sh.
#
#   . "${0%/*}/../lib/orchestrator-interface.sh"
#   on_version() { cat /etc/board-version; }
#   on_install() { one_file && cp "$file" /dev/board; }
#   interface_run 1 "$@"
#
# docs/interface-library.md tells each function. What is defined decides what is answered: there is a rollback where
# there is an `on_rollback`, a reboot where there is an `on_reboot`, and streams are read where there is an `on_stream`.
#
# shellcheck shell=sh

# An Interface names the version that it was written for. It grows when something in here changes its meaning.
interface_library=1

# One line to the log, and the status of a failure.
fail() {
  printf '%s\n' "$*" >&2
  return 1
}

# interface_run VERSION STATE WORK_DIR COMPONENT_TYPE [ARG]...
interface_run() {
  if [ "${1-}" != "$interface_library" ]; then
    fail "${0##*/} was written for version ${1:-?} of orchestrator-interface.sh and found version $interface_library:" \
      "put the library that it came with into ${0%/*}/../lib"
    exit 1
  fi
  [ $# -ge 4 ] || {
    fail "usage: ${0##*/} STATE WORK_DIR COMPONENT_TYPE [ARG]..."
    exit 1
  }
  set -u
  state=$2
  work_dir=$3
  component_type=$4
  interface=${0##*/}
  shift 4
  interface_dispatch "$@"
  exit
}

# What cannot be told is asked of the author's function, if there is one. A word that is not known: nothing, and success.
interface_dispatch() {
  case $state in
    Identity) interface_identity "$@" ;;
    Provides) interface_provides "$@" ;;
    Inventory) interface_call on_inventory "$@" ;;
    NeedsUnpackedArtifact) interface_answer on_needs_unpacked Yes "$@" ;;
    ProvidePayloadFileSizes) interface_answer on_provide_sizes "$(interface_yes_with on_stream)" "$@" ;;
    NeedsArtifactReboot) interface_answer on_needs_reboot "$(interface_yes_with on_reboot)" "$@" ;;
    SupportsRollback) interface_answer on_supports_rollback "$(interface_yes_with on_rollback)" "$@" ;;
    Download | DownloadWithFileSizes) interface_download "$@" ;;
    ArtifactInstall) interface_call on_install "$@" ;;
    ArtifactReboot) interface_call on_reboot "$@" ;;
    ArtifactVerifyReboot) interface_call on_verify_reboot "$@" ;;
    ArtifactCommit) interface_call on_commit "$@" ;;
    ArtifactRollback) interface_call on_rollback "$@" ;;
    ArtifactRollbackReboot)
      if interface_has on_rollback_reboot; then on_rollback_reboot "$@"; else interface_call on_reboot "$@"; fi
      ;;
    ArtifactVerifyRollbackReboot) interface_call on_verify_rollback_reboot "$@" ;;
    ArtifactFailure) interface_call on_failure "$@" ;;
    Cleanup) interface_call on_cleanup "$@" ;;
  esac
}

interface_has() { command -v "$1" >/dev/null; }
interface_yes_with() { if interface_has "$1"; then echo Yes; else echo No; fi; }
interface_call() {
  interface_has "$1" || return 0
  "$@"
}

# interface_answer FUNCTION DEFAULT [ARG]...
interface_answer() {
  interface_function=$1
  interface_default=$2
  shift 2
  if interface_has "$interface_function"; then "$interface_function" "$@"; else echo "$interface_default"; fi
}

interface_identity() {
  if interface_has on_identity; then interface_id=$(on_identity "$@") || return; else interface_id=${1-}; fi
  [ -n "$interface_id" ] || fail "the id of the Component is missing: it is the first of the Topology's interface_args" ||
    return
  printf 'id=%s\n' "$interface_id"
}

# A board on which nothing known runs has the key with no value.
interface_provides() {
  if interface_has on_provides; then
    on_provides "$@"
    return
  fi
  interface_version=$(on_version "$@") || return
  [ -z "$interface_version" ] || printf 'artifact_name=%s\n' "$interface_version"
  printf 'rootfs-image.%s.version=%s\n' "$interface" "$interface_version"
}

# Left alone, the streams become files/ of the work dir.
interface_download() {
  if interface_has on_download; then
    on_download "$@"
  elif interface_has on_stream; then
    each_stream on_stream "$@"
  fi
}

# each_stream FUNCTION [ARG]...: calls FUNCTION NAME SIZE [ARG]... for each payload file, which is its stdin. It must
# read it whole. Without sizes SIZE is empty.
each_stream() {
  stream_function=$1
  shift
  while :; do
    stream=$(cat stream-next) || return
    [ -n "$stream" ] || return 0
    stream=${stream#streams/}
    case $state in
      DownloadWithFileSizes) "$stream_function" "${stream% *}" "${stream##* }" "$@" <"streams/${stream% *}" ;;
      *) "$stream_function" "$stream" '' "$@" <"streams/$stream" ;;
    esac || return
  done
}

# The Artifact's payload type must be one of these.
payload_type_is() {
  payload_type=$(cat header/payload_type) || return
  for known_type in "$@"; do
    [ "$payload_type" != "$known_type" ] || return 0
  done
  fail "the Artifact has the payload type \"$payload_type\", and \"$*\" was expected: see mender-artifact write module-image --type"
}

# Version of the Artifact that this update brings.
new_version() { cat header/artifact_name; }

# one_file [DIRECTORY]: puts the path of the only payload file into `file`.
one_file() {
  file=
  for file_found in "${1:-files}"/* "${1:-files}"/.[!.]*; do
    [ -f "$file_found" ] || continue
    [ -z "$file" ] || fail "the Artifact must have one payload file, and has several: $file, $file_found" || return
    file=$file_found
  done
  [ -n "$file" ] || fail "the Artifact must have one payload file, and has none"
}

# Its SHA-256 alone; nothing where there is no such file.
sha256_of() {
  [ -f "$1" ] || return 0
  sha256_line=$(sha256sum <"$1") || return
  printf '%s\n' "${sha256_line%% *}"
}

# same_content FILE OTHER: for reading back what was written.
same_content() {
  [ "$(sha256_of "$1")" = "$(sha256_of "$2")" ] || fail "\"$2\" does not have the content of \"$1\""
}

# Everything below a path is on its disk when this returns.
sync_path() { sync -f "$1" 2>/dev/null || sync; }

# replace_file PATH <content: the old content or the new one, whenever the power goes.
replace_file() {
  cat >"$1.new" && sync_path "$1.new" && mv -f "$1.new" "$1" && sync_path "${1%/*}"
}

# The deployment that this call belongs to. An orchestrator that tells none leaves nothing to judge by.
deployment() { cat deployment_id 2>/dev/null || :; }

# keep_backup DIRECTORY FUNCTION [ARG]...: has FUNCTION DIRECTORY [ARG]... fill a backup, once in a deployment: what a
# second try must find is the oldest content. The backup counts from when all of it is on the disk.
keep_backup() {
  backup=$1
  backup_function=$2
  shift 2
  ! has_backup "$backup" || return 0
  rm -rf "$backup" "$backup.new" && mkdir -p "$backup.new" && "$backup_function" "$backup.new" "$@" &&
    deployment >"$backup.new/.deployment" && sync_path "$backup.new" && mv "$backup.new" "$backup" &&
    sync_path "${backup%/*}"
}

# Whether the backup is of this very deployment: that of another one restores what nobody has asked for.
has_backup() {
  [ -f "$1/.deployment" ] || return
  backup_deployment=$(deployment)
  [ -z "$backup_deployment" ] || [ "$(cat "$1/.deployment")" = "$backup_deployment" ]
}

# May be called again, and where there is none.
drop_backup() { rm -rf "$1" "$1.new"; }

# progress DONE TOTAL [WHAT]: a line for each tenth.
progress() {
  [ "$2" -gt 0 ] || return 0
  progress_tenth=$(($1 * 10 / $2))
  [ "$progress_tenth" != "${progress_told-}" ] || return 0
  progress_told=$progress_tenth
  printf '%s %s %%\n' "${3:-done}" $((progress_tenth * 10))
}

# with_timeout SECONDS PROGRAM [ARG]...
with_timeout() {
  timeout_seconds=$1
  shift
  timeout -k 5 "$timeout_seconds" "$@"
  timeout_status=$?
  case $timeout_status in
    # 143 is busybox, which has the program in its own place.
    124 | 137 | 143) fail "\"$1\" took longer than $timeout_seconds s" || return "$timeout_status" ;;
  esac
  return "$timeout_status"
}

# wait_for SECONDS COMMAND [ARG]...: until it succeeds; tried every second.
wait_for() {
  wait_end=$(($(date +%s) + $1))
  wait_seconds=$1
  shift
  until "$@"; do
    [ "$(date +%s)" -lt "$wait_end" ] || fail "waited $wait_seconds s in vain for: $*" || return
    sleep 1
  done
}
