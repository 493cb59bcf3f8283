/** What is wrong with a key that is none. */
export function unknownKey(key: string, known: string[]): string {
  return `is not a setting; ${didYouMean(key, known)}`;
}

/** What to say about a key that is none: the known one that was probably meant, or all of them. */
export function didYouMean(key: string, known: string[]): string {
  const near = known
    .map((candidate) => ({ candidate, distance: editDistance(fold(key), fold(candidate)) }))
    .sort((a, b) => a.distance - b.distance)[0];
  const isNear = near !== undefined && near.distance <= Math.ceil(key.length / 3);
  return isNear ? `did you mean ${near.candidate}?` : `known here: ${known.join(", ")}`;
}

/** `data_dir`, `data-dir` and `DataDir` are all meant to be `dataDir`. */
function fold(key: string): string {
  return key.toLowerCase().replace(/[_-]/g, "");
}

/** How many letters must be added, left out or changed (Levenshtein). */
export function editDistance(a: string, b: string): number {
  const first = Array.from({ length: b.length + 1 }, (_, column) => column);
  const last = [...a].reduce((above, letter, index) => {
    const row = [index + 1];
    for (let column = 1; column <= b.length; column++) {
      const change = (above[column - 1] as number) + (letter === b[column - 1] ? 0 : 1);
      row.push(Math.min(change, (above[column] as number) + 1, (row[column - 1] as number) + 1));
    }
    return row;
  }, first);
  return last[b.length] as number;
}
