import { mapHidden } from "../core/hidden-characters.ts";

/**
 * JSON on one line as it is printed. What does not show stands as an escape, which means the same to whoever parses it:
 * so no text of others moves a cursor or turns around what somebody reads.
 */
export function jsonText(value: unknown): string {
  return mapHidden(JSON.stringify(value), (character) =>
    character.split("").map(escaped).join(""),
  ).replaceAll(/[\u007f-\u009f]/g, escaped);
}

function escaped(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
