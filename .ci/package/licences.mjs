import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { graphvizVersion } from "@viz-js/viz";
import { run } from "./run.mjs";

const json = (path) => JSON.parse(readFileSync(path, "utf8"));

/**
 * The CycloneDX bill of what is in dist/: npm writes it from the lock file. `npm sbom --omit dev` leaves out whatever a
 * development package needs as well, so npm is shown a project that has nothing but the dependencies of the program.
 */
export function billOfMaterials(epoch) {
  const manifest = json("package.json");
  const lock = json("package-lock.json");
  delete manifest.devDependencies;
  delete lock.packages[""].devDependencies;
  for (const [place, { dev, devOptional, optional }] of Object.entries(lock.packages)) {
    if (dev || devOptional || optional) delete lock.packages[place];
  }
  const directory = mkdtempSync(join(tmpdir(), "orchestrator-sbom-"));
  try {
    writeFileSync(join(directory, "package.json"), JSON.stringify(manifest));
    writeFileSync(join(directory, "package-lock.json"), JSON.stringify(lock));
    const args = ["sbom", "--sbom-format", "cyclonedx", "--package-lock-only"];
    return completed(JSON.parse(run("npm", args, { cwd: directory })), manifest, epoch);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** The same for the same input: time and serial number are not of the moment. */
function completed(bill, { name }, epoch) {
  bill.metadata.timestamp = new Date(epoch * 1000).toISOString();
  bill.metadata.component.name = name;
  bill.metadata.component.type = "application";
  for (const component of bill.components) {
    component.licenses ??= expressionOf(component);
    if (component.name === "@viz-js/viz") component.components = [graphviz];
  }
  bill.serialNumber = "";
  const digest = createHash("sha256").update(JSON.stringify(bill)).digest("hex");
  const [, ...groups] = /^(.{8})(.{4}).(.{3}).(.{3})(.{12})/.exec(digest);
  const [low, middle, high, sequence, node] = groups;
  bill.serialNumber = `urn:uuid:${low}-${middle}-8${high}-8${sequence}-${node}`;
  return bill;
}

/** Compiled into the package that draws; its sources are where the reference leads. */
const graphviz = {
  type: "library",
  name: "graphviz",
  version: graphvizVersion,
  licenses: [{ license: { name: "Eclipse Public License" } }],
  externalReferences: [
    { type: "vcs", url: "https://gitlab.com/graphviz/graphviz" },
    { type: "license", url: "https://graphviz.org/license/" },
  ],
};

/** A package that names its licences in a list, as was done once, has the choice. */
function expressionOf(component) {
  const { license } = json(join(directoryOf(component), "package.json"));
  if (!Array.isArray(license)) throw new Error(`"${component.name}" names no licence`);
  const expression = license.join(" OR ").replaceAll("Apache2", "Apache-2.0");
  return [{ expression }];
}

/** The texts of the licences of all that is in dist/. */
export function thirdPartyLicences({ components }) {
  const head = "dist/ has code of these packages, each under the licence below it.\n";
  return [head, ...components.map(licenceOf)].join(`\n${"-".repeat(80)}\n\n`);
}

function licenceOf(component) {
  const { name, version, licenses } = component;
  const told = licenses.map(({ license, expression }) => expression ?? license.id).join(", ");
  return `${name} ${version} (${told})\n\n${licenceText(component).trim()}\n`;
}

function licenceText(component) {
  const directory = directoryOf(component);
  const files = readdirSync(directory).filter((file) => /^(licen[cs]e|copying|notice)/i.test(file));
  if (files.length > 0) {
    return files.map((file) => readFileSync(join(directory, file), "utf8").trim()).join("\n\n");
  }
  // The package has none of its own.
  return readFileSync(`.ci/package/notices/${component.name.replaceAll("/", "-")}`, "utf8");
}

/** Where the lock file has put it. */
function directoryOf({ name, version }) {
  const { packages } = json("package-lock.json");
  const found = Object.entries(packages).find(
    ([place, one]) => place.endsWith(`node_modules/${name}`) && one.version === version,
  );
  if (found === undefined) throw new Error(`"${name}" ${version} is not installed`);
  return found[0];
}
