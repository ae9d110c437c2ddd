import { assertNever } from "../core/assert-never.ts";
import type { EffectiveSettings, Origin, Sourced } from "./settings.ts";

/** A setting as `show-config` prints it. */
export interface ShownSetting {
  readonly name: string;
  readonly value: string | number | boolean | null | readonly string[];
  /** `environment HTTP_PROXY`, `/etc/mender-orchestrator/mender-orchestrator.conf:3`. */
  readonly origin: string;
}

/** All settings, under the names that the configuration has for them where it has one. */
export function shownSettings(settings: EffectiveSettings): readonly ShownSetting[] {
  const show = (name: string, { value, origin }: Sourced<ShownSetting["value"]>): ShownSetting => ({
    name,
    value,
    origin: originText(origin),
  });
  return [
    show("DataDir", settings.dataDir),
    show("ConfDir", settings.confDir),
    show("DatastoreDir", settings.datastoreDir),
    show("TopologyDir", settings.topologyDir),
    show("TopologyComponents", settings.topologyComponents),
    show("ManifestStore", settings.manifestStore),
    show("ArtifactVerifyKeys", settings.artifactVerifyKeys),
    show("TrustedManifestDirs", settings.trustedManifestDirs),
    show("ArtifactsCache.Enabled", settings.artifactsCacheEnabled),
    show("ArtifactsCache.Path", settings.artifactsCachePath),
    show("ArtifactsCache.MaxSizeBytes", settings.artifactsCacheMaxSizeBytes),
    show("HttpsClient.Certificate", settings.httpsClientCertificate),
    show("HttpsClient.Key", settings.httpsClientKey),
    show("ServerCertificate", settings.serverCertificate),
    show("RetryDownloadCount", settings.retryDownloadCount),
    show("GateWaitSeconds", settings.gateWaitSeconds),
    show("HistoryLimit", settings.historyLimit),
    show("InterfaceTimeoutSeconds", settings.interfaceTimeoutSeconds),
    show("LogLevel", settings.logLevel),
    show("PlannerNodeLimit", settings.plannerNodeLimit),
    show("AllowWritableInterfaces", settings.allowWritableInterfaces),
    ...settings.proxies.map((proxy) =>
      show(proxy.name, { value: withoutPassword(proxy.value), origin: proxy.origin }),
    ),
  ];
}

/** A device's own rules, which no setting names: they lie in the configuration directory. */
export function shownConstraints(file: string, isThere: boolean): ShownSetting {
  return {
    name: "Constraints",
    value: isThere ? file : null,
    origin: isThere ? "found there" : `no file ${file}`,
  };
}

function originText(origin: Origin): string {
  switch (origin.kind) {
    case "flag":
      return `flag ${origin.flag}`;
    case "environment":
      return `environment ${origin.variable}`;
    case "file":
      return `${origin.file}:${origin.line}`;
    case "client":
      return `${origin.file}:${origin.line}${origin.unused === null ? "" : `, not used: ${origin.unused}`}`;
    case "found":
      return "found there";
    case "default":
      return "default";
    default:
      return assertNever(origin);
  }
}

/** The variables of proxies are where people keep passwords. */
function withoutPassword(proxy: string): string {
  return proxy.replace(/^([a-z][a-z0-9+.-]*:\/\/)?.*@/i, "$1***@");
}
