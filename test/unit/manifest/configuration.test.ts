import { expect, test } from "vitest";
import { readConfiguration } from "../../../src/manifest/configuration.ts";
import { effectiveSettings, type SettingsInput } from "../../../src/manifest/settings.ts";
import { shownSettings } from "../../../src/manifest/shown-settings.ts";
import { configLines } from "../../../src/report/config.ts";
import { plainStyle } from "../../../src/report/style.ts";
import { expectOk, problemLines, problemsOf, textFile } from "../../support/manifests.ts";
import { noSettings as nothing } from "../../support/settings.ts";

const file = (name: string, ...lines: readonly string[]) =>
  expectOk(readConfiguration(textFile(name, lines.join("\n"))));

const given = (variable: string, value: string) =>
  ({ value, source: "environment", variable }) as const;

/** `name value <- origin` */
function shown(input: SettingsInput): readonly string[] {
  return shownSettings(effectiveSettings(input)).map(
    ({ name, value, origin }) => `${name} ${JSON.stringify(value)} <- ${origin}`,
  );
}

test("without any file everything has its default", () => {
  expect(shown(nothing)).toEqual([
    'DataDir "/data" <- default',
    'ConfDir "/conf" <- default',
    'DatastoreDir "/ds" <- default',
    'TopologyDir "/ds" <- default',
    "TopologyComponents null <- default",
    'ManifestStore "/ds/manifests" <- default',
    "ArtifactVerifyKeys [] <- default",
    'TrustedManifestDirs ["/var/lib/mender/modules/v3/payloads","/data/mender/modules/v3/payloads"] <- default',
    "ArtifactsCache.Enabled false <- default",
    'ArtifactsCache.Path "/ds/artifacts" <- default',
    "ArtifactsCache.MaxSizeBytes null <- default",
    "HttpsClient.Certificate null <- default",
    "HttpsClient.Key null <- default",
    "ServerCertificate null <- default",
    "RetryDownloadCount 10 <- default",
    "GateWaitSeconds 600 <- default",
    "HistoryLimit 50 <- default",
    "InterfaceTimeoutSeconds 14400 <- default",
    'LogLevel "info" <- default',
    "PlannerNodeLimit 300000 <- default",
    "AllowWritableInterfaces false <- default",
  ]);
});

test("a Topology that is found stands in for the default, and not for the variable", () => {
  const found = { ...nothing, foundTopologyDir: "/data/mender-orchestrator" };
  expect(shown(found)).toContain('TopologyDir "/data/mender-orchestrator" <- found there');
  const topologyDir = given("MENDER_ORCHESTRATOR_TOPOLOGY_DIR", "/mine");
  expect(shown({ ...found, environment: { ...nothing.environment, topologyDir } })).toContain(
    'TopologyDir "/mine" <- environment MENDER_ORCHESTRATOR_TOPOLOGY_DIR',
  );
});

test("the stronger file wins, setting by setting, and the weaker one fills the gaps", () => {
  const strong = file(
    "/etc/o.conf",
    "{",
    '  "LogLevel": "debug",',
    '  "ArtifactsCache": {',
    '    "Path": "/c"',
    "  }",
    "}",
  );
  const weak = file(
    "/var/o.conf",
    "{",
    '  "LogLevel": "error",',
    '  "InterfaceTimeoutSeconds": 60,',
    '  "PlannerNodeLimit": 50000,',
    '  "ArtifactsCache": { "Enabled": true, "Path": "/w", "MaxSizeBytes": 1000 },',
    '  "HttpsClient": { "Certificate": "/cert", "Key": "/key" },',
    '  "ArtifactVerifyKey": "/k"',
    "}",
  );
  const lines = shown({ ...nothing, files: [strong, weak] });
  expect(lines.filter((line) => !line.endsWith("default"))).toEqual([
    'ArtifactVerifyKeys ["/k"] <- /var/o.conf:7',
    "ArtifactsCache.Enabled true <- /var/o.conf:5",
    'ArtifactsCache.Path "/c" <- /etc/o.conf:4',
    "ArtifactsCache.MaxSizeBytes 1000 <- /var/o.conf:5",
    'HttpsClient.Certificate "/cert" <- /var/o.conf:6',
    'HttpsClient.Key "/key" <- /var/o.conf:6',
    "InterfaceTimeoutSeconds 60 <- /var/o.conf:3",
    'LogLevel "debug" <- /etc/o.conf:2',
    "PlannerNodeLimit 50000 <- /var/o.conf:4",
  ]);
});

test("one verify key and several are one setting: whichever stands in the stronger file", () => {
  const one = file("/etc/o.conf", '{ "ArtifactVerifyKey": "/one" }');
  const several = file("/var/o.conf", '{ "ArtifactVerifyKeys": ["/a", "/b"] }');
  const keys = (files: SettingsInput["files"]) =>
    effectiveSettings({ ...nothing, files }).artifactVerifyKeys.value;
  expect(keys([one, several])).toEqual(["/one"]);
  expect(keys([several, one])).toEqual(["/a", "/b"]);
});

test("a flag is stronger than the environment, and that stronger than any file", () => {
  const files = [
    file(
      "/etc/o.conf",
      '{ "LogLevel": "debug", "TopologyComponents": "/f", "ManifestStore": "/m" }',
    ),
  ];
  const environment = {
    ...nothing.environment,
    topologyComponentsFile: given("MENDER_ORCHESTRATOR_TOPOLOGY_COMPONENTS_FILE", "/e"),
    manifestStoreDir: given("MENDER_ORCHESTRATOR_MANIFEST_STORE_DIR", "/s"),
  };
  const flags = { topologyComponents: "/t", logLevel: "error" as const };
  const differing = (input: SettingsInput) =>
    shown(input).filter((line) => !line.endsWith("default"));
  expect(differing({ ...nothing, files, environment })).toEqual([
    'TopologyComponents "/e" <- environment MENDER_ORCHESTRATOR_TOPOLOGY_COMPONENTS_FILE',
    'ManifestStore "/s" <- environment MENDER_ORCHESTRATOR_MANIFEST_STORE_DIR',
    'LogLevel "debug" <- /etc/o.conf:1',
  ]);
  expect(differing({ ...nothing, flags, files, environment })).toEqual([
    'TopologyComponents "/t" <- flag --topology-components',
    'ManifestStore "/s" <- environment MENDER_ORCHESTRATOR_MANIFEST_STORE_DIR',
    'LogLevel "error" <- flag --log-level',
  ]);
});

test("a proxy's password is not shown", () => {
  const proxies = [
    given("HTTP_PROXY", "http://me:secret@proxy:3128"),
    given("HTTPS_PROXY", "me:se/cret@proxy:3128"),
    given("NO_PROXY", "localhost,.local"),
  ];
  const lines = shown({ ...nothing, environment: { ...nothing.environment, proxies } });
  expect(lines.slice(-3)).toEqual([
    'HTTP_PROXY "http://***@proxy:3128" <- environment HTTP_PROXY',
    'HTTPS_PROXY "***@proxy:3128" <- environment HTTPS_PROXY',
    'NO_PROXY "localhost,.local" <- environment NO_PROXY',
  ]);
});

test("a key that is no file is refused by its name", () => {
  const text = [
    "{",
    '  "HttpsClient": {',
    '    "Certificate": "/c",',
    '    "Key": "pkcs11:token=x;object=y",',
    '    "SSLEngine": "pkcs11"',
    "  }",
    "}",
  ].join("\n");
  const hint = `Give a certificate and a key in files, or leave "HttpsClient" out: the Mender Client's own connection does not need it.`;
  expect(problemLines(problemsOf(readConfiguration(textFile("o.conf", text))))).toEqual([
    `o.conf:4:5 https-key-unsupported "Key" of "HttpsClient" wants a key that is no file (PKCS#11, or an engine of OpenSSL). ${hint}`,
    `o.conf:5:5 https-key-unsupported "SSLEngine" of "HttpsClient" wants a key that is no file (PKCS#11, or an engine of OpenSSL). ${hint}`,
  ]);
});

test("all problems of a configuration at once", () => {
  const text = [
    "{",
    '  "LogLevel": "loud",',
    '  "ArtifactVerifyKeyz": "/a",',
    '  "ArtifactVerifyKey": "relative.pem",',
    '  "ArtifactVerifyKeys": [],',
    '  "InterfaceTimeoutSeconds": 1.5,',
    '  "ArtifactsCache": { "Enabled": "yes", "MaxSizeBytes": -1 },',
    '  "HttpsClient": { "Key": "/k" },',
    '  "LogLevel": "info",',
    '  "PlannerNodeLimit": 999',
    "}",
  ].join("\n");
  expect(problemLines(problemsOf(readConfiguration(textFile("o.conf", text))))).toEqual([
    'o.conf:2:15 wrong-value "LogLevel" must be one of trace, debug, info, warning, error, fatal, but is "loud". Write one of trace, debug, info, warning, error, fatal.',
    'o.conf:3:3 unknown-field There is no field "ArtifactVerifyKeyz" here. Did you mean "ArtifactVerifyKey"?',
    'o.conf:4:24 wrong-value "ArtifactVerifyKey" must be an absolute path, but is "relative.pem". Write an absolute path.',
    'o.conf:5:3 wrong-value "ArtifactVerifyKey" and "ArtifactVerifyKeys" are both there. Put all keys into "ArtifactVerifyKeys".',
    'o.conf:6:30 wrong-type "InterfaceTimeoutSeconds" must be a whole number from 1 to 2000000, but is "1.5". Write a whole number from 1 to 2000000.',
    'o.conf:7:34 wrong-type "ArtifactsCache.Enabled" must be true or false, but is "yes". Write true or false.',
    'o.conf:7:57 wrong-value "ArtifactsCache.MaxSizeBytes" must be a whole number from 0 on, but is "-1". Write a whole number from 0 on.',
    'o.conf:8:3 missing-field The field "Certificate" is missing in "HttpsClient". Add "Certificate": it must be an absolute path.',
    'o.conf:9:3 yaml-duplicate-key The key "LogLevel" is there twice. Remove one; the first is in line 2.',
    'o.conf:10:23 wrong-value "PlannerNodeLimit" must be a whole number from 1000 to 10000000, but is "999". Write a whole number from 1000 to 10000000.',
  ]);
});

test.each([
  ["", "1:1 json-syntax The JSON is broken here: expected a value, got the end of the file."],
  [
    "{",
    "1:2 json-syntax The JSON is broken here: expected a name in double quotes, got the end of the file.",
  ],
  [
    '{"a": 1,}',
    '1:9 json-syntax The JSON is broken here: expected a name in double quotes, got "}".',
  ],
  ['{"a": 01}', '1:7 json-syntax The JSON is broken here: expected a value, got "01}".'],
  [
    "{'a': 1}",
    `1:2 json-syntax The JSON is broken here: expected a name in double quotes, got "'a':".`,
  ],
  ['{"a"\n 1}', '2:2 json-syntax The JSON is broken here: expected ":", got "1}".'],
  ["[1 2]", '1:4 json-syntax The JSON is broken here: expected "," or "]", got "2]".'],
  [
    "{} // mine",
    '1:4 json-syntax The JSON is broken here: expected the end of the file, got "//".',
  ],
  ["LogLevel: info", '1:1 json-syntax The JSON is broken here: expected a value, got "LogLevel:".'],
  ["[".repeat(40), "1:33 yaml-forbidden The file is nested too deeply."],
])("broken JSON is told with its place: %j", (text, start) => {
  const [line] = problemLines(problemsOf(readConfiguration(textFile("o.conf", text))));
  expect(line).toContain(`o.conf:${start} `);
});

test("a number that no parser can hold is no JSON", () => {
  const text = '{ "PlannerNodeLimit": 1e999 }';
  expect(problemLines(problemsOf(readConfiguration(textFile("c.conf", text))))).toEqual([
    'c.conf:1:23 json-syntax The JSON is broken here: expected a number of at most 1.8e308, got "1e999". JSON wants double quotes, commas between entries and none after the last, and no comments.',
  ]);
});

test.each([
  ["in a value", String.fromCodePoint(0x202e), '{ "ManifestStore": "/m%s/store" }', "1:23"],
  ["in a list", String.fromCodePoint(0x200b), '{ "ArtifactVerifyKeys": ["/a", "/k%s"] }', "1:35"],
  ["in a map", String.fromCodePoint(0xa0), '{ "ArtifactsCache": { "Path": "/c%sd" } }', "1:34"],
  ["as an escape", String.raw`\u202e`, '{ "ManifestStore": "/m%s/store" }', "1:20"],
])("a character that does not show is refused %s, with its place", (_, character, text, place) => {
  const read = readConfiguration(textFile("o.conf", text.replace("%s", character)));
  expect(problemLines(problemsOf(read))).toEqual([
    expect.stringMatching(new RegExp(`^o\\.conf:${place} invisible-character `)),
  ]);
});

test("a setting whose name holds a character that does not show is told for that, too", () => {
  const text = `{ "LogLevel${String.fromCodePoint(0x200b)}": "info" }`;
  expect(problemsOf(readConfiguration(textFile("o.conf", text))).map(({ code }) => code)).toEqual([
    "unknown-field",
    "invisible-character",
  ]);
});

test("what does not show in a setting of the environment is spelled out where it is printed", () => {
  const value = `/m${String.fromCodePoint(0x202e)}/\u001b[2J`;
  const environment = {
    ...nothing.environment,
    manifestStoreDir: given("MENDER_ORCHESTRATOR_MANIFEST_STORE_DIR", value),
  };
  const settings = shownSettings(effectiveSettings({ ...nothing, environment }));
  expect(
    configLines(settings, plainStyle).find((line) => line.startsWith("ManifestStore")),
  ).toMatch(String.raw`/m\u{202e}/\x1b[2J`);
});
