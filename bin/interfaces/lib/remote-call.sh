# The half of the Interface `ssh` that runs on the other machine, by `sh -c`. POSIX sh. Arguments: DIRECTORY ID ACTION,
# and then
#
#   query INTERFACE STATE TYPE [ARG]...             stdin: a tar archive of work/ and interfaces/
#   begin DEPLOYMENT                                stdin: the same
#   receive DEPLOYMENT NAME                         stdin: a payload file; prints the SHA-256 of what is on the disk
#   state DEPLOYMENT INTERFACE STATE TYPE [ARG]...
#   boot                                            prints what changes with every start of the machine
#   reboot
#
# DIRECTORY/ID is there from `begin` to Cleanup: deployment, interfaces/, work/, names and, until Download, files/.
#
# shellcheck shell=sh
set -u
umask 077
base=$1
id=$2
action=$3
shift 3
place=$base/$id

fail() {
  printf '%s\n' "$*" >&2
  exit 1
}

to_disk() { sync -f "$base" 2>/dev/null || sync; }

unpack() { mkdir -p "$1" && tar -xmof - -C "$1"; }

# run DIRECTORY INTERFACE STATE TYPE [ARG]...
run() {
  run_in=$1
  run_name=$2
  run_state=$3
  shift 3
  (cd "$run_in/work" && exec "$run_in/interfaces/v1/$run_name" "$run_state" "$run_in/work" "$@" </dev/null)
}

# An earlier call may be at work here still, although the other side has lost the connection, or its power.
marks() { tr '\0' '\n' | grep -F "ORCHESTRATOR_CALL=$place " | grep -vxF "ORCHESTRATOR_CALL=$ORCHESTRATOR_CALL"; }
anybody() { [ -n "$(cat /proc/[0-9]*/environ 2>/dev/null | marks)" ]; }
signal_all() {
  for process in /proc/[0-9]*; do
    [ -z "$(cat "$process/environ" 2>/dev/null | marks)" ] || kill "-$1" "${process#/proc/}" 2>/dev/null
  done
}
end_earlier() {
  for signal in TERM TERM TERM TERM TERM KILL KILL KILL KILL KILL; do
    anybody || return 0
    signal_all "$signal"
    ! anybody || sleep 1
  done
  ! anybody || fail "an earlier call of $id is still at work on this machine and cannot be ended"
}

is_of() { [ -f "$place/deployment" ] && read -r kept_for <"$place/deployment" && [ "$kept_for" = "$1" ]; }

# Gives the stored files as the streams of the protocol: asked for is what the Interface has begun, all-read is the end.
feed() {
  while IFS= read -r payload; do
    size=
    [ "$state" = Download ] || size=" $(($(wc -c <"$place/files/$payload")))"
    { : >"$place/asked" && printf 'streams/%s\n' "$payload$size"; } >stream-next
    cat "$place/files/$payload" >"streams/$payload"
  done <"$place/names"
  { : >"$place/asked" && : >"$place/all-read"; } >stream-next
}

# download INTERFACE TYPE [ARG]...: all that it sees has arrived whole. What it does not ask for becomes files/.
download() {
  download_name=$1
  shift
  sizes=$(run "$place" "$download_name" ProvidePayloadFileSizes "$@") || return
  case $sizes in Yes) state=DownloadWithFileSizes ;; *) state=Download ;; esac
  cd "$place/work" && mkdir streams && mkfifo stream-next || return
  while IFS= read -r payload; do mkfifo "streams/$payload" || return; done <"$place/names"
  feed >/dev/null 2>&1 </dev/null &
  feeder=$!
  run "$place" "$download_name" "$state" "$@"
  status=$?
  kill "$feeder" 2>/dev/null
  [ "$status" -eq 0 ] || return "$status"
  if [ ! -e "$place/asked" ]; then
    mv "$place/files" files
  elif [ -e "$place/all-read" ]; then
    rm -rf "$place/files"
  else
    fail "$download_name did not read all streams"
  fi && rm -rf stream-next streams && to_disk
}

case $action in
  query)
    mkdir -p "$base" && fresh=$(mktemp -d "$base/.query.$id.XXXXXX") || exit
    trap 'rm -rf "$fresh"' EXIT
    trap 'exit 1' HUP INT PIPE TERM
    unpack "$fresh" && run "$fresh" "$@"
    ;;
  begin)
    end_earlier
    rm -rf "$base/.new.$id" "$base/.gone.$id" && unpack "$base/.new.$id" && mkdir "$base/.new.$id/files" &&
      : >"$base/.new.$id/names" && printf '%s\n' "$1" >"$base/.new.$id/deployment" || exit
    [ ! -e "$place" ] || mv "$place" "$base/.gone.$id" || exit
    mv "$base/.new.$id" "$place" && rm -rf "$base/.gone.$id"
    ;;
  receive)
    is_of "$1" || fail "$place is not of this deployment"
    cat >"$place/files/$2" && printf '%s\n' "$2" >>"$place/names" && to_disk && sha256sum <"$place/files/$2"
    ;;
  state)
    deployment=$1 inner=$2 state=$3
    shift 3
    end_earlier
    case $state in
      # Of another deployment: there is nothing of this one.
      Cleanup)
        rm -rf "$base/.gone.$id" && is_of "$deployment" || exit 0
        run "$place" "$inner" Cleanup "$@" && mv "$place" "$base/.gone.$id" && rm -rf "$base/.gone.$id"
        ;;
      *)
        is_of "$deployment" || fail "$place is not of this deployment, or is gone: nothing was done"
        case $state in Download) download "$inner" "$@" ;; *) run "$place" "$inner" "$state" "$@" ;; esac
        ;;
    esac
    ;;
  boot) cat /proc/sys/kernel/random/boot_id ;;
  reboot) sync && reboot ;;
  *) fail "\"$action\" is not known" ;;
esac
