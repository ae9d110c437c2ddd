// Imports go one way: each room of src/ may import only what its row in rooms.json names. Everyone
// may import its own room, core, and the port types in platform/. A directory of a room that has a
// row of its own, such as "cli/output", may import of that room only what this row names; of other rooms, what
// the row of the room names. The rows themselves name each other in one direction only.
import { readdirSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";

const rooms = JSON.parse(readFileSync(".ci/rooms.json", "utf8"));

const portTypes = new Set(["src/platform/types.ts", "src/platform/network-types.ts"]);

// The only composition root: nobody else reaches the adapters in platform/.
const compositionRoot = "src/cli/main.ts";

// What loads the composition root is of the machine, too, but no adapter.
const loader = { importer: "src/cli/launch.ts", target: "src/platform/kept-code.ts" };

// All child processes are started alike.
const starter = { importer: "src/platform/child-process.ts", specifier: "execa" };

/** The most special row that a file falls under. */
function roomOf(file) {
  const [, room, part, ...rest] = file.split("/");
  return rest.length > 0 && `${room}/${part}` in rooms ? `${room}/${part}` : room;
}

const wholeRoomOf = (room) => room.split("/")[0];

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
  const other = roomOf(target);
  const wholeRoom = wholeRoomOf(room);
  const otherWholeRoom = wholeRoomOf(other);
  if (!target.startsWith("src/")) return `${target} lies outside src/`;
  if (!target.endsWith(".ts")) return `${specifier} must name a file that ends in .ts`;
  if (other === room || other === "core" || portTypes.has(target)) return null;
  if (file === loader.importer && target === loader.target) return null;
  if (otherWholeRoom === wholeRoom && room === wholeRoom) return null;
  if (otherWholeRoom === "platform") {
    return file === compositionRoot ? null : `only ${compositionRoot} builds adapters: ${target}`;
  }
  const isAllowed =
    otherWholeRoom === wholeRoom
      ? row.rooms.includes(other)
      : allows(rooms[wholeRoom].rooms, otherWholeRoom);
  return isAllowed ? null : `${room} may not import ${other}: ${target}`;
}

// `import "x"`, `import ... from "x"`, `export ... from "x"`, the last line of a long one, `import("x")`.
const importForm =
  /^\s*(?:import\s*|(?:import|export|\})[^"'=(]*\bfrom\s*|.*\bimport\()["']([^"']+)["']/;

function* offencesOf(file) {
  const room = roomOf(file);
  for (const [index, line] of readFileSync(file, "utf8").split("\n").entries()) {
    const specifier = importForm.exec(line)?.[1];
    if (specifier === undefined || /^\s*(\/\/|\/?\*)/.test(line)) continue;
    const reason = offence(file, room, specifier);
    if (reason !== null) yield `${file}:${index + 1}: ${reason}`;
  }
}

/** A round of rooms each of which may import the next; null: there is none. */
function roundOfRooms() {
  const done = new Set();
  const path = [];
  const visit = (room) => {
    if (path.includes(room)) return [...path.slice(path.indexOf(room)), room];
    if (done.has(room)) return null;
    path.push(room);
    const named = rooms[room]?.rooms ?? [];
    for (const other of named === "any" ? [] : named) {
      const round = visit(other);
      if (round !== null) return round;
    }
    path.pop();
    done.add(room);
    return null;
  };
  for (const room of Object.keys(rooms)) {
    const round = visit(room);
    if (round !== null) return round;
  }
  return null;
}

const round = roundOfRooms();
const files = readdirSync("src", { recursive: true })
  .filter((name) => name.endsWith(".ts"))
  .map((name) => join("src", name))
  .sort();
const offences = [
  ...(round === null ? [] : [`.ci/rooms.json: rooms in a circle: ${round.join(" > ")}`]),
  ...files.flatMap((file) => [...offencesOf(file)]),
];
for (const line of offences) console.error(line);
if (offences.length > 0) process.exit(1);
console.log(`imports go one way in ${files.length} files`);
