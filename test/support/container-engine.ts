import { execFileSync, spawn } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { memoryDirectory } from "./memory-directory.ts";
import { needs, placeOf } from "./needs.ts";
import { ended, until } from "./overlay-root.ts";

/** A real container engine of a test's own: podman, behind the API of Docker, which docker-compose talks to. */
export interface ContainerEngine {
  /** What has podman, docker and docker-compose use it. */
  readonly environment: Readonly<Record<string, string>>;
  /** Calls podman; it must end well. */
  readonly podman: (...args: readonly string[]) => string;
  /** An image, as `docker save` writes it: busybox and these files. */
  readonly image: (name: string, files: Readonly<Record<string, string>>) => Uint8Array;
  /** Removes all containers and images. */
  readonly clear: () => void;
  readonly stop: () => Promise<void>;
}

export function containerEnginesWork(): boolean {
  const isThere = [
    needs("podman"),
    needs("runc"),
    needs("docker-compose"),
    needs("busybox"),
    needs("tar"),
  ].every(Boolean);
  const works = isThere && process.getuid?.() === 0;
  if (!works && process.env["CI"] === "true") {
    throw new Error("Root is needed to run containers, and CI must skip nothing.");
  }
  return works;
}

/** Starts one. It has no network, and of the limits of a process those that anybody may set. */
export async function startContainerEngine(): Promise<ContainerEngine> {
  const directory = mkdtempSync(join(memoryDirectory(), "orchestrator-engine-"));
  const path = (...parts: readonly string[]) => join(directory, ...parts);
  const socket = `unix://${path("socket")}`;
  writeFileSync(
    path("containers.conf"),
    `[containers]
default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]
[engine]
cgroup_manager = "cgroupfs"
events_logger = "none"
runtime = "runc"
`,
  );
  writeFileSync(
    path("storage.conf"),
    `[storage]
driver = "vfs"
graphroot = "${path("storage")}"
runroot = "${path("run")}"
`,
  );
  const environment = {
    CONTAINERS_CONF: path("containers.conf"),
    CONTAINERS_STORAGE_CONF: path("storage.conf"),
    DOCKER_HOST: socket,
  };
  const env = { ...process.env, ...environment };
  const podman: ContainerEngine["podman"] = (...args) =>
    execFileSync("podman", args, { env, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  const host = spawn("sh", ["-c", hostScript, "sh", socket, directory], {
    env,
    stdio: ["pipe", "ignore", "ignore"],
    detached: true,
  });
  const hostEnd = ended(host);
  await until(() => existsSync(path("socket")), host, hostEnd);
  return {
    environment,
    podman,
    clear() {
      podman("rm", "--all", "--force", "--time", "0");
      podman("rmi", "--all", "--force");
    },
    image(name, files) {
      makeRoot(path("root"), files);
      execFileSync("tar", ["-C", path("root"), "-cf", path("root.tar"), "."]);
      podman("import", path("root.tar"), name);
      podman("save", "--format", "docker-archive", "--output", path("image.tar"), name);
      const image = readFileSync(path("image.tar"));
      for (const made of ["root", "root.tar", "image.tar"]) {
        rmSync(path(made), { recursive: true });
      }
      podman("rmi", name);
      return image;
    },
    async stop() {
      host.stdin.end();
      await hostEnd;
    },
  };
}

/**
 * It ends when its stdin does, with this process at the latest, and takes all with it. The health checks are called by
 * it; where systemd runs, podman has that call them. A container that is healthy stays so: a check takes as long as all
 * else that a call of podman does. What packages podman's programs are of would be looked up for each of its clients.
 */
const hostScript = `
export DPKG_ADMINDIR="$2/no-packages"
podman system service --time 0 "$1" &
while sleep 0.2; do
  for log in $(grep -Ls '"Status":"healthy"' "$2"/run/vfs-containers/*/healthcheck.log); do
    log=\${log%/healthcheck.log}
    podman healthcheck run "\${log##*/}"
  done
done &
read -r _
podman rm --all --force --time 0
rm -rf "$2"
kill -KILL 0
`;

/** A root with busybox, what it needs, and these files. */
function makeRoot(root: string, files: Readonly<Record<string, string>>): void {
  const busybox = placeOf("busybox") ?? "";
  mkdirSync(join(root, "bin"), { recursive: true });
  copyFileSync(busybox, join(root, "bin/busybox"));
  for (const applet of ["sh", "cat", "sleep"]) symlinkSync("busybox", join(root, "bin", applet));
  for (const library of librariesOf(busybox)) {
    mkdirSync(join(root, dirname(library)), { recursive: true });
    copyFileSync(library, join(root, dirname(library), basename(library)));
  }
  for (const [name, text] of Object.entries(files)) writeFileSync(join(root, name), text);
}

/** None where it is linked statically. */
function librariesOf(program: string): readonly string[] {
  const said = execFileSync("sh", ["-c", 'ldd "$1" 2>/dev/null || :', "sh", program], {
    encoding: "utf8",
  });
  return [...said.matchAll(/(\/\S+) \(0x/g)].map(([, library = ""]) => library);
}
