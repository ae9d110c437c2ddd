# `. ./env.sh` in a shell, and every command is about the System of this directory, not about this machine.
directory="@DIRECTORY@"
program="@PROGRAM@"
[ -x "$program" ] || program=orchestrator
export MENDER_ORCHESTRATOR_DATA_DIR="$directory"
export MENDER_ORCHESTRATOR_CONF_DIR="$directory/conf"
export MENDER_ORCHESTRATOR_DATASTORE_DIR="$directory/datastore"
export MENDER_ORCHESTRATOR_TOPOLOGY_DIR="$directory"
