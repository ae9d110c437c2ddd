import type { BuildOptions } from "esbuild";

export const apart: readonly string[];
export const fileOf: (name: string) => string;
export const shared: BuildOptions;
export const mainOptions: BuildOptions;
