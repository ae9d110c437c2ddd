// Imports go one way: each room of src/ may import only what its row in rooms.json names. Everyone
// may import its own room, core, and the port types in platform/types.ts.
import { readdirSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";

const rooms = JSON.parse(readFileSync(".ci/rooms.json", "utf8"));

// The only composition root: nobody else reaches the adapters in platform/.
const compositionRoot = "src/cli/main.ts";

// What loads the composition root is of the machine, too, but no adapter.
const loader = { importer: "src/cli/launch.ts", target: "src/platform/kept-code.ts" };

// All child processes are started alike.
const starter = { importer: "src/platform/child-process.ts", specifier: "execa" };

const allows = (list, name) => list === "any" || list.includes(name);

function offence(file, room, specifier) {
  const row = rooms[room];
  if (row === undefined) return `there is no room "${room}"; add its row to .ci/rooms.json`;
  if (specifier === "node:child_process" || specifier === starter.specifier) {
    const isStarter = file === starter.importer && specifier === starter.specifier;
    return isStarter ? null : `only ${starter.importer} starts programs, by ${starter.specifier}`;
  }
  if (specifier.startsWith("node:")) {
    const name = specifier.slice("node:".length).split("/")[0];
    return allows(row.node, name) ? null : `${room} may not use ${specifier}`;
  }
  if (!specifier.startsWith(".")) {
    const name = specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/");
    return row.packages.includes(name) ? null : `${room} may not use the package ${name}`;
  }
  const target = posix.join(posix.dirname(file), specifier);
  const other = target.split("/")[1];
  if (!target.startsWith("src/")) return `${target} lies outside src/`;
  if (!target.endsWith(".ts")) return `${specifier} must name a file that ends in .ts`;
  if (other === room || other === "core" || target === "src/platform/types.ts") return null;
  if (file === loader.importer && target === loader.target) return null;
  if (other === "platform") {
    return file === compositionRoot ? null : `only ${compositionRoot} builds adapters: ${target}`;
  }
  return allows(row.rooms, other) ? null : `${room} may not import ${other}: ${target}`;
}

// `import "x"`, `import ... from "x"`, `export ... from "x"`, the last line of a long one, `import("x")`.
const importForm =
  /^\s*(?:import\s*|(?:import|export|\})[^"'=(]*\bfrom\s*|.*\bimport\()["']([^"']+)["']/;

function* offencesOf(file) {
  const room = file.split("/")[1];
  for (const [index, line] of readFileSync(file, "utf8").split("\n").entries()) {
    const specifier = importForm.exec(line)?.[1];
    if (specifier === undefined || /^\s*(\/\/|\/?\*)/.test(line)) continue;
    const reason = offence(file, room, specifier);
    if (reason !== null) yield `${file}:${index + 1}: ${reason}`;
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
