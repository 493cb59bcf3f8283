/** Looks until `look` gives something true, at most `seconds`; fails with what `what` names. `every`: so many milliseconds. */
export async function eventually<T>(
  what: string,
  seconds: number,
  look: () => Promise<T | undefined | false>,
  every = 200,
): Promise<T> {
  const deadline = Date.now() + seconds * 1000;
  let last: unknown;
  while (Date.now() < deadline) {
    try {
      const seen = await look();
      if (seen !== undefined && seen !== false) return seen;
    } catch (error) {
      last = error;
    }
    await pause(every);
  }
  throw new Error(`not seen within ${seconds} s: ${what}${last ? ` (${String(last)})` : ""}`);
}

export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
