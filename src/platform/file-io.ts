/**
 * The part of `node:fs` that files are handled with, by its own names, so that a simulated file system can
 * stand in for it and be cut off at every call.
 */
export interface FileIo {
  openSync(path: string, flags: number, mode?: number): number;
  closeSync(fd: number): void;
  readSync(
    fd: number,
    bytes: Uint8Array,
    offset: number,
    length: number,
    position: number | null,
  ): number;
  writeSync(fd: number, bytes: Uint8Array, offset: number, length: number): number;
  fsyncSync(fd: number): void;
  fdatasyncSync(fd: number): void;
  ftruncateSync(fd: number, length: number): void;
  fstatSync(fd: number): FileStats;
  lstatSync(path: string): FileStats;
  readdirSync(path: string): string[];
  mkdirSync(path: string, mode: number): void;
  mkdtempSync(prefix: string): string;
  rmSync(path: string, options: { readonly recursive: boolean; readonly force: boolean }): void;
  renameSync(from: string, to: string): void;
  linkSync(existing: string, path: string): void;
  accessSync(path: string, mode: number): void;
  statfsSync(path: string): { readonly bavail: number; readonly bsize: number };
  realpathSync(path: string): string;
  readlinkSync(path: string): string;
  read(
    fd: number,
    bytes: Uint8Array,
    offset: number,
    length: number,
    position: number,
    callback: (error: Error | null, count: number) => void,
  ): void;
  write(
    fd: number,
    bytes: Uint8Array,
    offset: number,
    length: number,
    position: number,
    callback: (error: Error | null, count: number) => void,
  ): void;
  fdatasync(fd: number, callback: (error: Error | null) => void): void;
}

export interface FileStats {
  readonly size: number;
  readonly mode: number;
  readonly dev: number;
  readonly ino: number;
  readonly uid: number;
  isFile(): boolean;
  isDirectory(): boolean;
  isSymbolicLink(): boolean;
}
