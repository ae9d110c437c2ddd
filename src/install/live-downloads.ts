import type { Event } from "../core/events.ts";
import type { ComponentId } from "../core/ids.ts";
import {
  type LiveDownload,
  removeLiveDownloads,
  writeLiveDownloads,
} from "../journal/live-downloads.ts";
import { unlessRefused } from "../platform/types.ts";
import { datastoreOf, type Machine } from "./machine.ts";
import type { Progress } from "./progress.ts";

/** So long a number may be out of date. Milliseconds. */
const rewriteMs = 1000;

/** The same progress; beside it, what the downloads have read is left where `status` finds it. */
export function toldToOthers(machine: Machine, deployment: string, progress: Progress): Progress {
  const { files } = machine.platform;
  const store = datastoreOf(machine);
  const running = new Map<ComponentId, LiveDownload>();
  let isNew = false;
  let next: NodeJS.Timeout | null = null;
  // Nothing depends on it, so nothing fails of it.
  const write = (): void => {
    isNew = false;
    next = setTimeout(() => {
      next = null;
      if (isNew) write();
    }, rewriteMs);
    next.unref();
    const downloads = [...running.values()];
    unlessRefused(() => writeLiveDownloads(files, store, { deployment, downloads }), undefined);
  };
  const remove = (): void => {
    if (next !== null) clearTimeout(next);
    next = null;
    isNew = false;
    unlessRefused(() => removeLiveDownloads(files, store), undefined);
  };
  const note = (event: Event): void => {
    if (event.type === "download-progress") {
      const { component, bytes, totalBytes } = event;
      running.set(component, { component, bytes, totalBytes });
      isNew = true;
      if (next === null) write();
    } else if (event.type === "state-ended" && running.delete(event.component)) {
      if (running.size === 0) remove();
    }
  };
  // What a killed run has left.
  remove();
  return {
    emit: (event) => {
      note(event);
      progress.emit(event);
    },
    close: () => {
      remove();
      progress.close();
    },
  };
}
