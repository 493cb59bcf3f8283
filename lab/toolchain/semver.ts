/** [major, minor, patch] of "v3.259.0" or of a line that contains such a version. */
function parseVersion(text: string): [number, number, number] | undefined {
  const match = /(?:^|[^\w.])v?(\d+)\.(\d+)\.(\d+)/.exec(text);
  if (!match) return undefined;
  return [Number(match[1]), Number(match[2]), Number(match[3])];
}

/** Is `found` of the same major version as `oldest`, and not older? */
export function fits(found: string, oldest: string): boolean {
  const a = parseVersion(found);
  const b = parseVersion(oldest);
  if (!a || !b || a[0] !== b[0]) return false;
  return a[1] !== b[1] ? a[1] > b[1] : a[2] >= b[2];
}
