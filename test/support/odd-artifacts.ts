import { execFileSync } from "node:child_process";
import { gzipSync } from "node:zlib";
import {
  type ArtifactParts,
  buildArtifact,
  sha256,
  soundArtifact,
  type TarPart,
  tar,
} from "./artifacts.ts";

/** An Artifact that is odd in one way, and the way. */
export interface OddArtifact {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** A few hundred odd Artifacts, the same every time. */
export async function oddArtifacts(): Promise<readonly OddArtifact[]> {
  const all: OddArtifact[] = [];
  for (const [name, changes] of Object.entries({
    ...layouts(),
    ...manifests(),
    ...versions(),
    ...headers(),
    ...headerTars(),
    ...payloads(),
    ...compressions(),
  })) {
    all.push({ name, bytes: await buildArtifact(changes) });
  }
  return [...all, ...(await damaged())];
}

type Cases = Readonly<Record<string, Partial<ArtifactParts>>>;

const plain = {
  compress: (bytes: Uint8Array) => bytes,
  headerName: "header.tar",
  dataName: "data/0000.tar",
} as const;

function layouts(): Cases {
  const cases: Record<string, Partial<ArtifactParts>> = {};
  const order = [0, 1, 2, 3];
  for (const permutation of permutations(order)) {
    const entries = (parts: readonly TarPart[]) => permutation.flatMap((at) => parts[at] ?? []);
    cases[`entries in the order ${permutation.join("")}`] = { entries };
  }
  for (const at of order) {
    cases[`entry ${at} left out`] = {
      entries: (parts) => parts.filter((_, index) => index !== at),
    };
    cases[`entry ${at} twice`] = {
      entries: (parts) => parts.flatMap((part, index) => (index === at ? [part, part] : [part])),
    };
    for (const type of ["symlink", "link", "directory", "fifo", "character-device"] as const) {
      const linkname = type.includes("link") ? { linkname: "version" } : {};
      cases[`entry ${at} a ${type}`] = {
        entries: (parts) =>
          parts.map((part, index) =>
            index === at ? { ...part, headers: { type, ...linkname } } : part,
          ),
      };
    }
    for (const prefix of ["./", "/", "../", "x/"]) {
      cases[`entry ${at} under ${prefix}`] = {
        entries: (parts) =>
          parts.map((part, index) =>
            index === at ? { ...part, name: `${prefix}${part.name}` } : part,
          ),
      };
    }
    cases[`a stray entry before ${at}`] = {
      entries: (parts) =>
        parts.flatMap((part, index) =>
          index === at ? [{ name: "x", content: "x" }, part] : [part],
        ),
    };
  }
  for (const name of [
    "x",
    "data/0001.tar.gz",
    "data/0000.tar.gz",
    "data/x",
    "manifest",
    "version",
  ]) {
    cases[`${name} at the end`] = {
      entries: (parts) => [...parts, { name, content: gzipSync(new Uint8Array(1024)) }],
    };
  }
  for (const name of [
    "data/0001.tar.gz",
    "data/0.tar.gz",
    "data/00000.tar.gz",
    "data.tar.gz",
    "data/0000",
  ]) {
    cases[`payload named ${name}`] = { dataName: name };
  }
  return cases;
}

function manifests(): Cases {
  const cases: Record<string, Partial<ArtifactParts>> = {};
  const edit = (name: string, change: (line: string) => string) => {
    for (const at of [0, 2, 3]) {
      cases[`manifest line ${at} ${name}`] = {
        manifest: (lines) =>
          lines.map((line, index) => `${index === at ? change(line) : line}\n`).join(""),
      };
    }
  };
  edit("with a wrong sum", (line) => line.replace(/^./, (digit) => (digit === "0" ? "1" : "0")));
  edit("in upper case", (line) => line.slice(0, 64).toUpperCase() + line.slice(64));
  edit("with one blank", (line) => line.replace("  ", " "));
  edit("with three blanks", (line) => line.replace("  ", "   "));
  edit("with a tab", (line) => line.replace("  ", "\t"));
  edit("with CRLF", (line) => `${line}\r`);
  edit("with a blank behind", (line) => `${line} `);
  edit("twice", (line) => `${line}\n${line}`);
  edit("left out", () => "");
  edit("with a blank line before", (line) => `\n${line}`);
  edit("with a short sum", (line) => line.slice(2));
  edit("with a sum that is no number", (line) => `zz${line.slice(2)}`);
  cases["manifest without a last newline"] = { manifest: (lines) => lines.join("\n") };
  cases["manifest with a blank line at the end"] = {
    manifest: (lines) => `${lines.join("\n")}\n\n`,
  };
  cases["manifest empty"] = { manifest: () => "" };
  cases["manifest with a NUL behind"] = { manifest: (lines) => `${lines.join("\n")}\n\0` };
  for (const name of [
    "data/0000/extra",
    "data/0001/extra",
    "extra",
    "header.tar.xz",
    "manifest",
    "manifest.sig",
  ]) {
    cases[`manifest lists ${name}, which is absent`] = {
      manifest: (lines) => `${lines.join("\n")}\n${sha256("")}  ${name}\n`,
    };
  }
  return cases;
}

function versions(): Cases {
  const texts = [
    '{"format":"mender","version":1}',
    '{"format":"mender","version":2}',
    '{"format":"mender","version":4}',
    '{"format":"mender","version":"3"}',
    '{"format":"mender","version":3.0}',
    '{"format":"mender","version":3.5}',
    '{"format":"mender"}',
    '{"version":3}',
    '{"format":"other","version":3}',
    '{"format":"mender","version":3}\n',
    '{"format":"mender","version":3} trailing',
    '{"format":"mender","version":3,"version":2}',
    '{"format":"mender","version":3,"other":1}',
    '{"FORMAT":"mender","VERSION":3}',
    "[]",
    "3",
    "null",
    "",
    "{",
  ];
  return Object.fromEntries(
    texts.map((version) => [`version ${JSON.stringify(version)}`, { version }]),
  );
}

function headers(): Cases {
  const provides = { artifact_name: "n" };
  const payloads = [{ type: "t" }];
  const depends = { device_type: ["gateway"] };
  const info = { payloads, artifact_provides: provides, artifact_depends: depends };
  const type = {
    type: "t",
    artifact_provides: { k: "v" },
    artifact_depends: { d: "1" },
    clears_artifact_provides: ["*"],
  };
  const infos: readonly unknown[] = [
    { ...info, payloads: [] },
    { ...info, payloads: [...payloads, ...payloads] },
    { ...info, payloads: null },
    { ...info, payloads: {} },
    { ...info, payloads: [{ type: null }] },
    { ...info, payloads: [{ type: "" }] },
    { ...info, payloads: [{ type: "other" }] },
    { ...info, payloads: [{ type: 1 }] },
    { ...info, payloads: [{}] },
    { ...info, payloads: ["t"] },
    { ...info, artifact_provides: null },
    { ...info, artifact_provides: {} },
    { ...info, artifact_provides: [] },
    { ...info, artifact_provides: { artifact_name: "" } },
    { ...info, artifact_provides: { artifact_name: 1 } },
    { ...info, artifact_provides: { artifact_name: ["n"] } },
    { ...info, artifact_provides: { ...provides, artifact_group: 1 } },
    { ...info, artifact_provides: { ...provides, other: "x" } },
    { ...info, artifact_provides: { ...provides, other: 1 } },
    { ...info, artifact_depends: null },
    { ...info, artifact_depends: {} },
    { ...info, artifact_depends: { device_type: "gateway" } },
    { ...info, artifact_depends: { device_type: [] } },
    { ...info, artifact_depends: { device_type: [1] } },
    { ...info, artifact_depends: { ...depends, artifact_name: "n" } },
    { ...info, artifact_depends: { ...depends, other: ["x"] } },
    { ...info, other: { deep: [[[[]]]] } },
    { artifact_provides: provides, artifact_depends: depends },
    { payloads, artifact_depends: depends },
    { payloads, artifact_provides: provides },
    [],
    null,
    "text",
    {},
  ];
  const types: readonly unknown[] = [
    { ...type, type: "" },
    { ...type, type: null },
    { ...type, type: 1 },
    { ...type, type: "other" },
    { ...type, artifact_provides: null },
    { ...type, artifact_provides: { k: 1 } },
    { ...type, artifact_provides: { k: ["v"] } },
    { ...type, artifact_provides: { k: null } },
    { ...type, artifact_provides: { artifact_name: "other" } },
    { ...type, artifact_provides: [] },
    { ...type, artifact_depends: { d: 1 } },
    { ...type, artifact_depends: { d: [] } },
    { ...type, artifact_depends: { d: ["1", "2"] } },
    { ...type, artifact_depends: { d: { e: "1" } } },
    { ...type, artifact_depends: null },
    { ...type, artifact_depends: { device_type: "rtos" } },
    { ...type, clears_artifact_provides: null },
    { ...type, clears_artifact_provides: "x" },
    { ...type, clears_artifact_provides: [1] },
    { ...type, clears_artifact_provides: [] },
    { ...type, other: 1 },
    { type: "t" },
    {},
    [],
    null,
  ];
  return Object.fromEntries<Partial<ArtifactParts>>([
    ...infos.map(
      (headerInfo) =>
        [
          `header-info ${JSON.stringify(headerInfo)}`,
          { headerInfo, typeInfo: { type: "t" } },
        ] as const,
    ),
    ...types.map(
      (typeInfo) =>
        [`type-info ${JSON.stringify(typeInfo)}`, { headerInfo: info, typeInfo }] as const,
    ),
  ]);
}

function headerTars(): Cases {
  const info: TarPart = { name: "header-info", content: JSON.stringify(soundArtifact.headerInfo) };
  const type: TarPart = {
    name: "headers/0000/type-info",
    content: JSON.stringify(soundArtifact.typeInfo),
  };
  const meta: TarPart = { name: "headers/0000/meta-data", content: '{"k":1}' };
  const script: TarPart = { name: "scripts/ArtifactInstall_Enter_00", content: "#!/bin/sh\n" };
  const cases: Record<string, Partial<ArtifactParts>> = {};
  const parts = [info, script, type, meta];
  for (const permutation of permutations([0, 1, 2, 3])) {
    cases[`header files in the order ${permutation.join("")}`] = {
      header: permutation.flatMap((at) => parts[at] ?? []),
    };
  }
  for (const at of [0, 1, 2, 3]) {
    cases[`header file ${at} twice`] = {
      header: parts.flatMap((part, index) => (index === at ? [part, part] : [part])),
    };
    cases[`header file ${at} a link`] = {
      header: parts.map((part, index) =>
        index === at ? { ...part, headers: { type: "symlink" as const, linkname: "x" } } : part,
      ),
    };
    cases[`header file ${at} under ./`] = {
      header: parts.map((part, index) =>
        index === at ? { ...part, name: `./${part.name}` } : part,
      ),
    };
  }
  for (const content of [
    "",
    "{",
    "[]",
    "null",
    "3",
    '"text"',
    "{} {}",
    "\ufeff{}",
    '{"a":1,"a":2}',
    "[".repeat(20_000) + "]".repeat(20_000),
  ]) {
    cases[`meta-data ${JSON.stringify(content).slice(0, 40)}`] = {
      header: [info, type, { ...meta, content }],
    };
    cases[`header-info text ${JSON.stringify(content).slice(0, 40)}`] = {
      header: [{ ...info, content }, type],
    };
    cases[`type-info text ${JSON.stringify(content).slice(0, 40)}`] = {
      header: [info, { ...type, content }],
    };
  }
  for (const name of [
    "x",
    "headers/0001/type-info",
    "headers/0000/files",
    "headers/0000/x",
    "scripts/late",
    "headers/0000/scripts/pre/x",
  ]) {
    cases[`header with ${name} at the end`] = { header: [info, type, { name, content: "{}" }] };
  }
  for (const name of ["scripts/../x", "scripts/a/b", "scripts/", "scripts/odd name", "script/x"]) {
    cases[`header with the script ${name}`] = { header: [info, { name, content: "x" }, type] };
  }
  cases["header with 400 scripts"] = {
    header: [
      info,
      ...Array.from({ length: 400 }, (_, at) => ({
        name: `scripts/ArtifactInstall_Enter_${at}`,
        content: "#!/bin/sh\n",
      })),
      type,
    ],
  };
  return cases;
}

function payloads(): Cases {
  const cases: Record<string, Partial<ArtifactParts>> = {};
  const names = [
    "a",
    "a b",
    "../a",
    "/a",
    "a/b",
    "./a",
    "..",
    ".",
    "ü",
    "a\nb",
    "a\tb",
    "-rf",
    "x".repeat(90),
    "x".repeat(91),
    "x".repeat(200),
    "a\\b",
    "a\u0000b",
  ];
  for (const name of names) {
    cases[`payload file ${JSON.stringify(name).slice(0, 30)} (${name.length})`] = {
      files: [{ name, content: "x" }],
    };
  }
  for (const type of ["symlink", "link", "directory", "fifo"] as const) {
    const linkname = type.includes("link") ? { linkname: "/etc/passwd" } : {};
    cases[`payload a ${type}`] = {
      files: [{ name: "a", content: "", headers: { type, ...linkname } }],
    };
  }
  cases["payload without files"] = { files: [] };
  cases["payload file empty"] = { files: [{ name: "a", content: "" }] };
  cases["payload file twice"] = {
    files: [
      { name: "a", content: "x" },
      { name: "a", content: "x" },
    ],
  };
  cases["payload of 300 files"] = {
    files: Array.from({ length: 300 }, (_, at) => ({ name: `f${at}`, content: "x" })),
  };
  cases["payload of 1001 files"] = {
    files: Array.from({ length: 1001 }, (_, at) => ({ name: `f${at}`, content: "x" })),
  };
  return cases;
}

function compressions(): Cases {
  const ways: Readonly<Record<string, (bytes: Uint8Array) => Uint8Array>> = {
    "": (bytes) => bytes,
    ".gz": (bytes) => gzipSync(bytes),
    ".xz": (bytes) => execFileSync("xz", ["-c"], { input: bytes }),
    ".zst": (bytes) => execFileSync("zstd", ["-c"], { input: bytes }),
  };
  const cases: Record<string, Partial<ArtifactParts>> = {};
  const only = (way: (bytes: Uint8Array) => Uint8Array) => {
    let calls = 0;
    return (bytes: Uint8Array) => ((calls += 1) === 1 ? gzipSync(bytes) : way(bytes));
  };
  for (const [suffix, way] of Object.entries(ways)) {
    cases[`all compressed as ${suffix}`] = {
      compress: way,
      headerName: `header.tar${suffix}`,
      dataName: `data/0000.tar${suffix}`,
    };
    for (const named of Object.keys(ways)) {
      if (named === suffix) continue;
      cases[`header compressed as ${suffix} and named ${named}`] = {
        compress: way,
        headerName: `header.tar${named}`,
        dataName: `data/0000.tar${suffix}`,
      };
      cases[`payload compressed as ${suffix} and named ${named}`] = {
        compress: only(way),
        dataName: `data/0000.tar${named}`,
      };
    }
    cases[`payload as ${suffix} under a gzip header`] = {
      compress: only(way),
      dataName: `data/0000.tar${suffix}`,
    };
  }
  const odd: Readonly<Record<string, (bytes: Uint8Array) => Uint8Array>> = {
    "without its trailer": (bytes) => gzipSync(bytes).subarray(0, -8),
    "with zeros behind": (bytes) => Buffer.concat([gzipSync(bytes), new Uint8Array(512)]),
    "with garbage behind": (bytes) => Buffer.concat([gzipSync(bytes), Buffer.from("garbage")]),
    "in two members": (bytes) =>
      Buffer.concat([gzipSync(bytes.subarray(0, 600)), gzipSync(bytes.subarray(600))]),
    "without the end of the tar": (bytes) => gzipSync(bytes.subarray(0, -1024)),
    "with half the end of the tar": (bytes) => gzipSync(bytes.subarray(0, -512)),
    "with a second tar": (bytes) => gzipSync(Buffer.concat([bytes, bytes])),
    "with zeros behind the tar": (bytes) => gzipSync(Buffer.concat([bytes, new Uint8Array(9000)])),
    "with text behind the tar": (bytes) => gzipSync(Buffer.concat([bytes, Buffer.from("text")])),
    "as nothing": () => new Uint8Array(0),
  };
  for (const [name, way] of Object.entries(odd)) {
    cases[`payload gzip ${name}`] = { compress: only(way) };
    cases[`header gzip ${name}`] = {
      compress: (() => {
        let calls = 0;
        return (bytes: Uint8Array) => ((calls += 1) === 1 ? way(bytes) : gzipSync(bytes));
      })(),
    };
  }
  return cases;
}

/** Odd in the outer tar itself. */
async function damaged(): Promise<readonly OddArtifact[]> {
  const sound = Buffer.from(await buildArtifact(plain));
  const more = await tar([{ name: "x", content: "x" }]);
  const cases: Record<string, Uint8Array> = {
    "a file cut by its end blocks": sound.subarray(0, -1024),
    "a file cut by one block": sound.subarray(0, -512),
    "a file cut in its payload": sound.subarray(0, -2048),
    "zeros behind the end": Buffer.concat([sound, new Uint8Array(5120)]),
    "a tar behind the end": Buffer.concat([sound, more]),
    "text behind the end": Buffer.concat([sound, Buffer.from("text")]),
    "nothing at all": new Uint8Array(0),
    "two zero blocks": new Uint8Array(1024),
  };
  for (const [part, mark] of Object.entries({
    version: '"format"',
    manifest: "  data/0000",
    header: "artifact_provides",
    payload: "the new",
  })) {
    cases[`a byte of the ${part} changed`] = changed(sound, sound.indexOf(mark));
  }
  for (const at of [0, 100, 124, 136, 148, 156, 257, 345])
    cases[`byte ${at} of the first header changed`] = changed(sound, at);
  cases["padding that is not zeros"] = changed(sound, 512 + 200);
  return Object.entries(cases).map(([name, bytes]) => ({ name, bytes }));
}

function changed(bytes: Buffer, at: number): Uint8Array {
  const copy = Buffer.from(bytes);
  copy[at] = (copy[at] ?? 0) ^ 1;
  return copy;
}

function permutations(items: readonly number[]): readonly (readonly number[])[] {
  if (items.length < 2) return [items];
  return items.flatMap((item) =>
    permutations(items.filter((other) => other !== item)).map((rest) => [item, ...rest]),
  );
}
