import { Chalk } from "chalk";
import { charactersOf } from "../../report/columns.ts";
import { plainStyle, type Style } from "../../report/style.ts";

/** The only place that knows of colours. Level 1: the sixteen that every terminal has. */
export function styleOf(isColoured: boolean): Style {
  if (!isColoured) return plainStyle;
  const chalk = new Chalk({ level: 1 });
  return {
    strong: (text) => chalk.bold(text),
    faint: (text) => chalk.dim(text),
    good: (text) => chalk.green(text),
    bad: (text) => chalk.red(text),
    careful: (text) => chalk.yellow(text),
    widthOf: charactersOf,
  };
}
