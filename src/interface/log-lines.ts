/** How much of what an Interface writes is kept; docs/interface-protocol.md publishes these. */
export const outputLimits = {
  /** Bytes of one line of a log. */
  line: 4096,
  /** Lines of a log, for each stream of each call. */
  lines: 10_000,
  /** Bytes of the answer to a query. */
  answer: 1024 * 1024,
} as const;

/** Takes bytes as they come and holds no more than one line of them. */
export interface LineReader {
  take(bytes: Uint8Array): void;
  /** Nothing more comes: a last line without its newline counts as well. */
  end(): void;
}

/** Splits a log into lines; overlong ones and those beyond the limit are cut, and it says so. */
export function lineReader(onLine: (line: string) => void): LineReader {
  /** Made when it is needed: most calls write nothing. */
  let line = new Uint8Array(0);
  let filled = 0;
  let isOverlong = false;
  let count = 0;

  function keep(bytes: Uint8Array) {
    if (line.length === 0) line = new Uint8Array(outputLimits.line);
    const fitting = bytes.subarray(0, line.length - filled);
    line.set(fitting, filled);
    filled += fitting.length;
    isOverlong ||= fitting.length < bytes.length;
  }

  function endLine() {
    count += 1;
    if (count > outputLimits.lines) {
      onLine(`(more than ${outputLimits.lines} lines: the others are left out)`);
      return;
    }
    const text = new TextDecoder().decode(line.subarray(0, filled)).replace(/\r$/, "");
    onLine(isOverlong ? `${text} (cut: longer than ${outputLimits.line} bytes)` : text);
    filled = 0;
    isOverlong = false;
  }

  return {
    take(bytes) {
      for (let at = 0; at < bytes.length && count <= outputLimits.lines;) {
        const newline = bytes.indexOf(0x0a, at);
        keep(bytes.subarray(at, newline === -1 ? bytes.length : newline));
        if (newline === -1) return;
        endLine();
        at = newline + 1;
      }
    },
    end() {
      if (filled > 0 && count <= outputLimits.lines) endLine();
    },
  };
}
