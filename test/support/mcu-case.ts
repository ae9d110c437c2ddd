import { execFileSync } from "node:child_process";
import {
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join, resolve } from "node:path";
import { sha256 } from "./artifacts.ts";
import { needs } from "./needs.ts";
import type { Place, Release, ShippedCase } from "./shipped-system.ts";

/** A microcontroller of fixtures/boards behind a pseudo terminal, which is there as long as the line is plugged in. */
export interface Board {
  readonly device: string;
  /** The name in its image; null: none that is whole. */
  readonly runs: () => string | null;
  /** Has a shell script run in the middle of the next upload, with the pids that a power cut of the board would end. */
  readonly amid: (script: string) => void;
  /** Whether that has happened. */
  readonly hasHappened: () => boolean;
  readonly unplug: () => void;
}

/** For `describe.skipIf(!serialWorks())`. */
export function serialWorks(): boolean {
  return [needs("socat"), needs("sx"), needs("rx"), needs("flock")].every(Boolean);
}

/** Plugs one in that has this image; all of it in `directory`. It starts again where it is ended. */
export function plugIn(directory: string, image: Uint8Array): Board {
  const at = (...parts: readonly string[]) => join(directory, ...parts);
  mkdirSync(directory, { recursive: true });
  writeFileSync(at("flash"), image);
  // It goes with the directory, too, so that nothing runs on behind a test that was broken off.
  writeFileSync(at("plugged"), "");
  const start = `socat "PTY,link=$0/line,raw,echo=0" SYSTEM:'while [ -e plugged ]; do "$1" .; done' \\
    >"$0/log" 2>&1 </dev/null & echo $! >"$0/socat"
  while ! [ -e "$0/line" ] && kill -0 $!; do sleep 0.01; done`;
  execFileSync("sh", ["-c", start.replace('"$1"', mcu), directory], { cwd: directory });
  // Without anybody the terminal would be gone, as no serial line is.
  const held = openSync(at("line"), constants.O_RDWR | constants.O_NOCTTY);
  return {
    ...boardIn(directory),
    unplug() {
      rmSync(at("plugged"));
      closeSync(held);
      process.kill(Number(readFileSync(at("socat"), "utf8")));
    },
  };
}

const mcu = resolve("fixtures/boards/mcu");

function boardIn(directory: string): Omit<Board, "unplug"> {
  const at = (...parts: readonly string[]) => join(directory, ...parts);
  return {
    device: at("line"),
    runs() {
      const flash = readFileSync(at("flash"));
      const [name = "", bytes, sum] = flash.subarray(0, flash.indexOf("\n")).toString().split(" ");
      const begin = flash.indexOf("\n") + 1;
      return sha256(flash.subarray(begin, begin + Number(bytes))) === sum ? name : null;
    },
    amid(script) {
      rmSync(at("amid.done"), { force: true });
      writeFileSync(at("amid"), script);
    },
    hasHappened: () => existsSync(at("amid.done")),
  };
}

/** An image that a board of fixtures/boards runs under this name. */
export function imageOf(name: string, bytes = 20_000): Uint8Array {
  const parts = Array.from({ length: Math.ceil(bytes / 32) }, (_, at) =>
    Buffer.from(sha256(`${name} ${at}`), "hex"),
  );
  const body = Buffer.concat(parts);
  return Buffer.concat([Buffer.from(`${name} ${body.length} ${sha256(body)}\n`), body]);
}

/** A Component for the Interface `serial-mcu`, of which the image that runs was kept. */
export function microcontroller(type = "mcu"): ShippedCase {
  const boards = new Map<string, Board>();
  const directory = (path: Place) => path(type, "board");
  return {
    type,
    interface: "serial-mcu",
    payloadType: "serial-mcu",
    // No upload takes longer, and a board that has lost it answers no more.
    args: (path) => [boardIn(directory(path)).device, "115200", "20"],
    prepare(path) {
      boards.set(path(), plugIn(directory(path), imageOf(`${type}-v1`)));
      const kept = path("datastore/serial-mcu", type, "installed");
      mkdirSync(kept, { recursive: true });
      writeFileSync(join(kept, "image"), imageOf(`${type}-v1`));
      writeFileSync(join(kept, "version"), `${type}-v1\n`);
    },
    end(path) {
      boards.get(path())?.unplug();
      boards.delete(path());
    },
    payload: (version: Release) => ({ "image.bin": imageOf(`${type}-${version}`) }),
    runs: (path) => boardIn(directory(path)).runs()?.slice(`${type}-`.length) ?? "nothing",
  };
}

/** In the middle of the next upload to the Component. */
export function amidUpload(path: Place, type: string, script: string): void {
  boardIn(path(type, "board")).amid(script);
}
