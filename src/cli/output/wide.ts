import stringWidth from "string-width";
import { isNarrow, type WidthOf } from "../../report/columns.ts";

/** Columns of a terminal, for all the scripts of the world; loaded only where it is needed. */
export const widthOf: WidthOf = (text) => (isNarrow(text) ? text.length : stringWidth(text));
