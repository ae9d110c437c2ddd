// Imports go one way: each room of src/ may import only what its row below names. Everyone may
// import its own room, core, and the port types in platform/types.ts.
import { readdirSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";

const rooms = {
  core: { rooms: [], node: [], packages: ["zod"] },
  artifact: { rooms: [], node: ["crypto", "stream", "zlib"], packages: ["zod", "tar-stream"] },
  manifest: { rooms: ["artifact"], node: ["path"], packages: ["zod", "yaml", "semver"] },
  bundle: {
    rooms: ["artifact", "manifest"],
    node: ["crypto", "stream", "zlib"],
    packages: ["zod", "tar-stream"],
  },
  planner: { rooms: ["manifest"], node: [], packages: ["zod"] },
  deployment: { rooms: ["manifest", "planner"], node: [], packages: ["zod"] },
  journal: {
    rooms: ["manifest", "planner", "deployment"],
    node: ["path", "zlib"],
    packages: ["zod"],
  },
  interface: { rooms: ["artifact"], node: ["path"], packages: ["zod"] },
  sources: { rooms: ["artifact", "bundle", "manifest"], node: ["path"], packages: ["zod"] },
  report: {
    rooms: ["artifact", "bundle", "manifest", "planner", "deployment", "journal"],
    node: [],
    packages: [],
  },
  simulate: { rooms: ["manifest", "planner", "deployment"], node: [], packages: [] },
  executor: {
    rooms: ["artifact", "manifest", "planner", "deployment", "journal", "interface", "sources"],
    node: ["path"],
    packages: [],
  },
  platform: { rooms: [], node: "any", packages: ["execa"] },
  cli: { rooms: "any", node: ["path"], packages: ["commander", "chalk", "zod"] },
};

// The only composition root: nobody else reaches the adapters in platform/.
const compositionRoot = "src/cli/main.ts";

const allows = (list, name) => list === "any" || list.includes(name);

function offence(file, room, specifier) {
  const row = rooms[room];
  if (row === undefined)
    return `there is no room "${room}"; add its row to .ci/import-direction.mjs`;
  if (specifier.startsWith("node:")) {
    const name = specifier.slice("node:".length).split("/")[0];
    return allows(row.node, name) ? null : `${room} may not use ${specifier}`;
  }
  if (!specifier.startsWith(".")) {
    const name = specifier.split("/")[0];
    return row.packages.includes(name) ? null : `${room} may not use the package ${name}`;
  }
  const target = posix.join(posix.dirname(file), specifier);
  const other = target.split("/")[1];
  if (!target.startsWith("src/")) return `${target} lies outside src/`;
  if (!target.endsWith(".ts")) return `${specifier} must name a file that ends in .ts`;
  if (other === room || other === "core" || target === "src/platform/types.ts") return null;
  if (other === "platform") {
    return file === compositionRoot ? null : `only ${compositionRoot} builds adapters: ${target}`;
  }
  return allows(row.rooms, other) ? null : `${room} may not import ${other}: ${target}`;
}

const importForm = /\b(?:from|import)\s*\(?\s*["']([^"']+)["']/g;

function* offencesOf(file) {
  const room = file.split("/")[1];
  for (const [index, line] of readFileSync(file, "utf8").split("\n").entries()) {
    if (/^\s*(\/\/|\/?\*)/.test(line)) continue;
    for (const [, specifier] of line.matchAll(importForm)) {
      const reason = offence(file, room, specifier);
      if (reason !== null) yield `${file}:${index + 1}: ${reason}`;
    }
  }
}

const files = readdirSync("src", { recursive: true })
  .filter((name) => name.endsWith(".ts"))
  .map((name) => join("src", name))
  .sort();
const offences = files.flatMap((file) => [...offencesOf(file)]);
for (const line of offences) console.error(line);
if (offences.length > 0) process.exit(1);
console.log(`imports go one way in ${files.length} files`);
