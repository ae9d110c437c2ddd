import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { userInfo } from "node:os";
import { join } from "node:path";
import { needs, placeOf } from "./needs.ts";

/**
 * Another Linux machine as the Interface `ssh` sees one: a real sshd, which is started for each connection, so that no
 * port is taken. Its file system is that of this machine.
 */
export interface RemoteMachine {
  /** Its name in `ssh_config`, which lies in `configuration`. */
  readonly host: string;
  /** For what calls the Interface. */
  readonly environment: Readonly<Record<string, string>>;
  /** Ends every connection. */
  readonly cut: () => void;
  /** Takes no new connection, or does so again. */
  readonly beDown: (isDown: boolean) => void;
  /** From now on /proc tells this boot id there; needs root. */
  readonly bootAs: (id: string) => void;
  /** Connections so far. */
  readonly connections: () => number;
}

/** For `describe.skipIf(!sshWorks())`. */
export function sshWorks(): boolean {
  return [needs("sshd"), needs("ssh"), needs("ssh-keygen"), needs("setsid")].every(Boolean);
}

/** Makes one in `directory`, with this PATH there. */
export function makeRemoteMachine(directory: string, path: string): RemoteMachine {
  const at = (...parts: readonly string[]) => join(directory, ...parts);
  for (const name of ["conf", "run", "home"]) {
    mkdirSync(at(name), { recursive: true, mode: 0o700 });
  }
  // Where sshd confines its half that speaks with strangers; packages make it with the service.
  if (process.getuid?.() === 0) mkdirSync("/run/sshd", { recursive: true, mode: 0o755 });
  for (const name of ["host", "user"]) {
    execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", at(name)]);
  }
  const [type = "", key = ""] = readFileSync(at("host.pub"), "utf8").split(" ");
  writeFileSync(at("known"), `board ${type} ${key}\n`);
  const server = [
    `HostKey ${at("host")}`,
    `AuthorizedKeysFile ${at("user.pub")}`,
    "StrictModes no",
    "UsePAM no",
    "MaxSessions 100",
    `SetEnv HOME=${at("home")} PATH=${path}`,
  ];
  writeFileSync(at("sshd_config"), server.map((line) => `${line}\n`).join(""));
  writeFileSync(
    at("listen"),
    `#!/bin/sh
[ ! -e "${at("down")}" ] || exit 1
echo $$ >>"${at("connections")}"
set -- ${placeOf("sshd") ?? "sshd"} -i -f "${at("sshd_config")}" -E "${at("sshd.log")}"
[ -e "${at("boot-id")}" ] || exec "$@"
exec unshare --mount sh -c 'mount --bind "$0" /proc/sys/kernel/random/boot_id && exec "$@"' "${at("boot-id")}" "$@"
`,
  );
  chmodSync(at("listen"), 0o755);
  writeFileSync(
    at("conf/ssh_config"),
    `Host board
  User ${userInfo().username}
  IdentityFile ${at("user")}
  UserKnownHostsFile ${at("known")}
  ProxyCommand ${at("listen")}
`,
  );
  return remoteMachine(directory);
}

/** That which was made there. */
export function remoteMachine(directory: string): RemoteMachine {
  const at = (...parts: readonly string[]) => join(directory, ...parts);
  const pids = () =>
    existsSync(at("connections"))
      ? readFileSync(at("connections"), "utf8").trim().split("\n").map(Number)
      : [];
  return {
    host: "board",
    environment: { MENDER_ORCHESTRATOR_CONF_DIR: at("conf"), XDG_RUNTIME_DIR: at("run") },
    cut() {
      for (const pid of pids()) if (isSshd(pid)) process.kill(pid, "SIGKILL");
    },
    beDown(isDown) {
      if (isDown) writeFileSync(at("down"), "");
      else rmSync(at("down"), { force: true });
    },
    bootAs: (id) => writeFileSync(at("boot-id"), `${id}\n`),
    connections: () => pids().length,
  };
}

/** What had this pid may be gone long since. */
function isSshd(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/comm`, "utf8") === "sshd\n";
  } catch {
    return false;
  }
}
