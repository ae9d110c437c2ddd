import { type Files, unlessRefused } from "../platform/types.ts";

type Heads = Pick<Files, "head" | "list" | "read">;

/**
 * Why the kernel will not run this executable file; null: it will, or it is a script. A program is started with execvp,
 * which feeds to a shell what the kernel does not know: a script without its first line, but also every binary of
 * another machine.
 */
export function whyNotRunnable(files: Heads, path: string): string | null {
  const head = files.head(path, headBytes);
  if (startsWith(head, "#!")) return null;
  if (isElf(head)) {
    const why = whyNotElf(files, head);
    return why === null || isRegistered(files, head) ? null : why;
  }
  if (!head.includes(0) || isRegistered(files, head)) return null;
  return "it is a binary that is no ELF file";
}

/** As much as bash looks at; more than an ELF header has. */
const headBytes = 256;

function whyNotElf(files: Heads, head: Uint8Array): string | null {
  const found = elfOf(head);
  if (found === null) return "it is an ELF file that was cut off";
  if (!executableTypes.includes(found.type)) return "it is an ELF file, but no program";
  const own = unlessRefused(() => elfOf(files.head("/proc/self/exe", headBytes)), null);
  if (own === null || own.machine === found.machine || isCompatible(files, own, found)) return null;
  return `it is an ELF program for another machine (${machineName(found)}, not ${machineName(own)})`;
}

interface Elf {
  /** Class, byte order and number, as one text. */
  readonly machine: string;
  readonly number: number;
  readonly type: number;
}

const executableTypes: readonly number[] = [2, 3];

function isElf(head: Uint8Array): boolean {
  return startsWith(head, "\u007fELF");
}

function elfOf(head: Uint8Array): Elf | null {
  if (!isElf(head) || head.length < 52) return null;
  const [bits, order] = [head[4] ?? 0, head[5] ?? 0];
  const isLittle = order === 1;
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const number = view.getUint16(18, isLittle);
  return { machine: `${bits}.${order}.${number}`, number, type: view.getUint16(16, isLittle) };
}

const machineNames: Readonly<Record<number, string>> = {
  3: "x86",
  8: "MIPS",
  20: "PowerPC",
  21: "PowerPC, 64 bits",
  22: "s390",
  40: "ARM",
  62: "x86-64",
  183: "AArch64",
  243: "RISC-V",
};

function machineName({ number }: Elf): string {
  return machineNames[number] ?? `machine ${String(number)}`;
}

/** Kernels of 64 bits that run programs of 32 as well; of ARM nothing tells whether this one does. */
function isCompatible(files: Heads, own: Elf, found: Elf): boolean {
  if (own.number === 62 && found.number === 3) {
    return unlessRefused(() => files.list("/proc/sys/abi").includes("vsyscall32"), false);
  }
  return own.number === 183 && found.number === 40;
}

const registry = "/proc/sys/fs/binfmt_misc";

/** An emulator that is registered with the kernel for files that begin like this one. */
function isRegistered(files: Heads, head: Uint8Array): boolean {
  const names = unlessRefused(() => files.list(registry), []);
  return names.some((name) => {
    if (name === "register" || name === "status") return false;
    const entry = unlessRefused(() => files.read(`${registry}/${name}`, 4096), new Uint8Array(0));
    return matches(new TextDecoder().decode(entry), head);
  });
}

function matches(entry: string, head: Uint8Array): boolean {
  const field = (name: string): string | null =>
    new RegExp(`^${name} ([0-9a-f]+)$`, "m").exec(entry)?.[1] ?? null;
  const magic = field("magic");
  if (!entry.startsWith("enabled") || magic === null) return false;
  const offset = Number(field("offset") ?? "0");
  const mask = field("mask");
  const wanted = Buffer.from(magic, "hex");
  const masked = mask === null ? null : Buffer.from(mask, "hex");
  return wanted.every(
    (byte, at) => (((head[offset + at] ?? 0) ^ byte) & (masked?.[at] ?? 0xff)) === 0,
  );
}

function startsWith(head: Uint8Array, text: string): boolean {
  return [...new TextEncoder().encode(text)].every((byte, at) => head[at] === byte);
}
