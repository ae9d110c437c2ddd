import { charactersOf, type WidthOf } from "./columns.ts";

/**
 * How weight is put into text: colours on a terminal, nothing elsewhere. Renderers get it passed in,
 * so that they stay pure and their output can be compared as plain text.
 */
export interface Style {
  readonly strong: (text: string) => string;
  readonly faint: (text: string) => string;
  readonly good: (text: string) => string;
  readonly bad: (text: string) => string;
  readonly careful: (text: string) => string;
  /** What the columns of tables are measured with. */
  readonly widthOf: WidthOf;
}

const asIs = (text: string): string => text;

export const plainStyle: Style = {
  strong: asIs,
  faint: asIs,
  good: asIs,
  bad: asIs,
  careful: asIs,
  widthOf: charactersOf,
};

/** What text is laid out for. */
export interface Canvas {
  /** Columns in a line. */
  readonly width: number;
  /** False: only ASCII shows for sure. */
  readonly isUnicode: boolean;
}

/** The same with what it is measured with. */
export interface Sheet extends Canvas {
  readonly widthOf: WidthOf;
}
