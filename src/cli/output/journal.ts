import type { LogLevel } from "../../core/log-level.ts";

/** As syslog(3) and the journal of systemd number them. */
const priorities: Readonly<Record<LogLevel, number>> = {
  trace: 7,
  debug: 7,
  info: 6,
  warning: 4,
  error: 3,
  fatal: 2,
};

/**
 * Each line as the journal takes it, a continuation too: there it is an entry by itself. What others have put at the
 * beginning of a line is then text, for only the first number is taken.
 */
export function withPriority(lines: readonly string[], level: LogLevel): readonly string[] {
  return lines.flatMap((line) => line.split("\n")).map((line) => `<${priorities[level]}>${line}`);
}

/**
 * Whether a stream is the journal: systemd names the socket that it has made for this service in JOURNAL_STREAM, and
 * whoever redirects the stream leaves the name.
 */
export function isJournal(named: string | null, streamId: string | null): boolean {
  return named !== null && named === streamId;
}
