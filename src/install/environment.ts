import { join, resolve } from "node:path";

/** A setting and where it was found, for `show-config` and for messages that name it. */
export interface Setting {
  readonly value: string;
  readonly source: "environment" | "default";
  readonly variable: string;
}

/** Everything this program takes from its environment; nothing else reads it. Directories are absolute. */
export interface Environment {
  /** Holds `interfaces/v1` and `gates/v1`. */
  readonly dataDir: Setting;
  readonly confDir: Setting;
  /** Holds the journal, the work dirs, and the configuration to fall back on. */
  readonly datastoreDir: Setting;
  /** Null: the datastore. */
  readonly topologyDir: Setting | null;
  readonly topologyComponentsFile: Setting | null;
  readonly manifestStoreDir: Setting | null;
  readonly artifactsCacheDir: Setting | null;
  /** HTTP_PROXY, HTTPS_PROXY and NO_PROXY, as far as they are set. */
  readonly proxies: readonly Setting[];
  /** NO_COLOR is not set. */
  readonly isColourAllowed: boolean;
  /** The locale writes UTF-8, and the terminal is one that shows it. */
  readonly isUnicodeShown: boolean;
  /** `device:inode` of the socket by which systemd takes the log of its services to its journal. */
  readonly journalStream: string | null;
  /** Where a test wants the process killed, for example `ArtifactInstall:started`. */
  readonly crashPoint: string | null;
  /** What an Interface inherits. */
  readonly inherited: Readonly<Record<string, string>>;
  readonly workingDirectory: string;
  /** How this program is called: the path of Node, then that of the script. */
  readonly program: readonly [string, string];
}

/** A test plays the host: it names the file that tells the boot id, and a program that stands in for `reboot`. */
export function hostOfTest(variables: Readonly<Record<string, string | undefined>>): {
  readonly bootIdFile?: string;
  readonly rebootCommand?: readonly [string];
} {
  const bootIdFile = variables["ORCHESTRATOR_BOOT_ID_FILE"];
  const reboot = variables["ORCHESTRATOR_REBOOT_COMMAND"];
  return {
    ...(bootIdFile !== undefined && { bootIdFile }),
    ...(reboot !== undefined && { rebootCommand: [reboot] }),
  };
}

/** Where the D-Bus system bus is, if the environment says so. */
export function busIn(variables: Readonly<Record<string, string | undefined>>): {
  readonly busAddress?: string;
} {
  const busAddress = variables["DBUS_SYSTEM_BUS_ADDRESS"];
  return busAddress === undefined || busAddress === "" ? {} : { busAddress };
}

/** Where things lie on a machine of which the environment says nothing else. */
export const defaultDirectories = {
  dataDir: "/usr/share/mender-orchestrator",
  confDir: "/etc/mender-orchestrator",
  datastoreDir: "/var/lib/mender-orchestrator",
} as const;

/** Where the Interfaces lie. */
export function interfacesIn(dataDir: string): string {
  return join(dataDir, "interfaces", "v1");
}

/** Where the gates lie. */
export function gatesIn(dataDir: string): string {
  return join(dataDir, "gates", "v1");
}

const proxyNames = ["HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"] as const;

export function readEnvironment(
  variables: Readonly<Record<string, string | undefined>>,
  workingDirectory: string,
  program: Environment["program"],
): Environment {
  const given = (variable: string): Setting | null => {
    const value = variables[variable];
    if (value === undefined || value === "") return null;
    return { value: resolve(workingDirectory, value), source: "environment", variable };
  };
  const orDefault = (variable: string, value: string): Setting =>
    given(variable) ?? { value, source: "default", variable };
  return {
    dataDir: orDefault("MENDER_ORCHESTRATOR_DATA_DIR", defaultDirectories.dataDir),
    confDir: orDefault("MENDER_ORCHESTRATOR_CONF_DIR", defaultDirectories.confDir),
    datastoreDir: orDefault("MENDER_ORCHESTRATOR_DATASTORE_DIR", defaultDirectories.datastoreDir),
    topologyDir: given("MENDER_ORCHESTRATOR_TOPOLOGY_DIR"),
    topologyComponentsFile: given("MENDER_ORCHESTRATOR_TOPOLOGY_COMPONENTS_FILE"),
    manifestStoreDir: given("MENDER_ORCHESTRATOR_MANIFEST_STORE_DIR"),
    artifactsCacheDir: given("MENDER_ORCHESTRATOR_ARTIFACTS_CACHE_DIR"),
    proxies: proxyNames.flatMap((variable): Setting[] => {
      const value = variables[variable];
      return value === undefined ? [] : [{ value, source: "environment", variable }];
    }),
    isColourAllowed: (variables["NO_COLOR"] ?? "") === "",
    isUnicodeShown: isUnicodeShown(variables),
    journalStream: variables["JOURNAL_STREAM"] ?? null,
    crashPoint: variables["ORCHESTRATOR_CRASH_POINT"] ?? null,
    inherited: inheritedOf(variables),
    workingDirectory,
    program,
  };
}

/** The first of the variables of the locale that is set decides, as for every program. */
function isUnicodeShown(variables: Readonly<Record<string, string | undefined>>): boolean {
  const locale = [variables["LC_ALL"], variables["LC_CTYPE"], variables["LANG"]].find(
    (value) => value !== undefined && value !== "",
  );
  return /\butf-?8\b/i.test(locale ?? "") && variables["TERM"] !== "dumb";
}

function inheritedOf(
  variables: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string>> {
  const inherited: Record<string, string> = {};
  for (const [name, value] of Object.entries(variables)) {
    if (value !== undefined && name !== "ORCHESTRATOR_CRASH_POINT") inherited[name] = value;
  }
  return inherited;
}
