const conjunction = new Intl.ListFormat("en-GB");

/** Names in a sentence: `a`, `a and b`, `a, b and c`. */
export function listed(names: readonly string[]): string {
  return conjunction.format(names);
}
