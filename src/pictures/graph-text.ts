/** In lines that are not much wider than the boxes beside them. */
export function wrapped(text: string): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length < 34)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

/** Without the directories, for which there is no room in a graph. */
export function fileName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
