import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { OddArtifact } from "./odd-artifacts.ts";

/** The names of the Artifacts that a real tool takes. */
export type Accepted = ReadonlySet<string>;

/** Whether `mender-artifact validate` accepts each of these; one shell runs it for all. */
export async function validated(artifacts: readonly OddArtifact[]): Promise<Accepted> {
  return await judge(artifacts, (directory) => ["sh", "-uc", validateEach, "sh", directory]);
}

/**
 * Whether `mender install` installs each of these, all on one throw-away device: of type `gateway`, with update modules
 * that read their streams and nothing else, and what `installed` provides. Every Artifact finds it like that. Where the
 * client hangs it is killed, which counts as a refusal. Needs what `menderDevicesWork` asks for.
 */
export async function installed(
  artifacts: readonly OddArtifact[],
  installedBefore: Uint8Array,
): Promise<Accepted> {
  return await judge(artifacts, (directory) => {
    writeFileSync(join(directory, "before.mender"), installedBefore);
    const namespaces = ["-m", "--propagation", "private", "-p", "-f", "--kill-child"];
    return ["unshare", ...namespaces, "sh", "-euc", device, "sh", directory];
  });
}

/** These are short runs on small files: the tool's garbage collector only takes time. */
const validateEach = `
export GOGC=off
cd "$1/odd"
for file in *; do
  mender-artifact validate "$file" >/dev/null 2>&1 </dev/null && echo "$file" >>"$1/accepted"
done
echo whole >>"$1/accepted"
`;

/** The store lies in memory, for the client syncs it often. Where it refuses in order, it leaves nothing in it. */
const device = `
mkdir "$1/device"
mount -t tmpfs tmpfs "$1/device"
cd "$1/device"
mkdir upper work root
mount -t overlay overlay -o lowerdir=/,upperdir=upper,workdir=work root
mount -t proc proc root/proc
mount --bind /dev root/dev
mkdir -p root/data root/mnt root/usr/share/mender/modules/v3 root/etc/mender
mount -t tmpfs tmpfs root/data
mount --bind "$1" root/mnt
mkdir root/data/mender
echo device_type=gateway >root/data/mender/device_type
echo artifact_name=factory >root/etc/mender/artifact_info
echo '{}' >root/etc/mender/mender.conf
for type in t gateway-image; do
  cat >"root/usr/share/mender/modules/v3/$type" <<'module'
#!/bin/sh
case $1 in
NeedsArtifactReboot) echo No ;;
SupportsRollback) echo Yes ;;
Download) while read -r file <stream-next && [ -n "$file" ]; do cat "$file" >/dev/null; done ;;
esac
module
  chmod 755 "root/usr/share/mender/modules/v3/$type"
done
chroot root sh -uc '
  cd /mnt/odd
  export PATH=/usr/sbin:/usr/bin:/sbin:/bin
  { mender install /mnt/before.mender && mender commit; } >/dev/null 2>&1 || exit 1
  cp -r /data/mender /data/before
  for file in *; do
    timeout -s KILL 60 mender install "$file" >/dev/null 2>&1 </dev/null
    case $? in
    0) echo "$file" >>/mnt/accepted ;;
    1) continue ;;
    esac
    rm -rf /data/mender
    cp -r /data/before /data/mender
  done
  echo whole >>/mnt/accepted
'
`;

/**
 * The files of `odd/` are the Artifacts by number; the command appends the numbers it takes to `accepted`, and `whole`
 * last.
 */
async function judge(
  artifacts: readonly OddArtifact[],
  command: (directory: string) => readonly string[],
): Promise<Accepted> {
  const directory = mkdtempSync(join(tmpdir(), "orchestrator-judge-"));
  try {
    mkdirSync(join(directory, "odd"));
    for (const [index, { bytes }] of artifacts.entries()) {
      writeFileSync(join(directory, "odd", String(index)), bytes);
    }
    const [program = "", ...args] = command(directory);
    const child = spawn(program, args, { stdio: ["ignore", "ignore", "inherit"] });
    await new Promise((settle) => child.once("close", settle));
    const lines = readFileSync(join(directory, "accepted"), "utf8").trimEnd().split("\n");
    if (lines.pop() !== "whole") throw new Error(`"${program}" did not get through all Artifacts`);
    return new Set(lines.map((line) => artifacts[Number(line)]?.name ?? ""));
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
