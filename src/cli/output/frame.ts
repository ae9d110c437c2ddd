import { Writable } from "node:stream";
import { createLogUpdate } from "log-update";
import wrapAnsi from "wrap-ansi";
import { wrapped } from "../../report/wrapped.ts";
import type { Sink } from "./output.ts";
import { widthOf } from "./wide.ts";

/** A few lines at the bottom of a terminal that are drawn anew in place; all else scrolls by above them. */
export interface Frame {
  /** Draws these lines in place of those before. */
  readonly draw: (lines: readonly string[]) => void;
  /** Lines that stay, above the frame; wrapped between words. */
  readonly keep: (lines: readonly string[]) => void;
  /** Takes the frame away. */
  readonly erase: () => void;
}

/** Takes hold of the terminal behind `sink`. */
export function openFrame(sink: Sink): Frame {
  const terminal = new Terminal(sink);
  // A hidden cursor would have to be shown again by handlers of signals, which are ours alone.
  const update = createLogUpdate(terminal, { showCursor: true });
  let drawn = "";
  let rows = 0;
  let width = sink.width;
  /**
   * A terminal that has become narrower has wrapped what was drawn: it takes more lines now. What is drawn between that
   * and the signal that tells of it leaves a line behind.
   */
  const followWidth = (): void => {
    if (sink.width < width && drawn !== "") terminal.inSilence(() => update(drawn));
    width = sink.width;
  };
  const erase = (): void => {
    followWidth();
    if (drawn !== "") update.clear();
    drawn = "";
  };
  return {
    draw: (lines) => {
      followWidth();
      if (lines.length === 0) {
        erase();
        return;
      }
      const next = lines.join("\n");
      const nextRows = rowsOf(next, width);
      // The library draws what has changed, and leaves the lines below where they are.
      if (nextRows !== rows) erase();
      drawn = next;
      rows = nextRows;
      update(drawn);
    },
    keep: (lines) => {
      const before = drawn;
      erase();
      const kept = lines.flatMap((line) => wrapped(line, sink.width, widthOf));
      sink.write(kept.map((line) => `${line}\n`).join(""));
      if (before === "") return;
      drawn = before;
      update(before);
    },
    erase,
  };
}

/** How many rows of a terminal a text takes. */
function rowsOf(text: string, width: number): number {
  return wrapAnsi(text, width, { trim: false, hard: true, wordWrap: false }).split("\n").length;
}

/** What the library takes a terminal for. */
class Terminal extends Writable {
  readonly isTTY = true;
  readonly #sink: Sink;
  #isSilent = false;

  constructor(sink: Sink) {
    super({ decodeStrings: false });
    this.#sink = sink;
  }

  get columns(): number {
    return this.#sink.width;
  }

  get rows(): number {
    return this.#sink.height;
  }

  /** Nothing that is written meanwhile is shown: the library only counts what is there. */
  inSilence(use: () => void): void {
    this.#isSilent = true;
    use();
    this.#isSilent = false;
  }

  override _write(text: unknown, _encoding: string, written: () => void): void {
    if (!this.#isSilent) this.#sink.write(String(text));
    written();
  }
}
