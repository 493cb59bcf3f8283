/** On the way to TLS, in this order; each is a run, and `off` is before all of them. */
export const TLS_MODES = ["off", "offered", "outgoing", "preferred", "required"] as const;

/**
 * Whether a run may lead a cluster that serves from one mode to the other: a step either way, or the one over
 * `preferred`, which is for client agents alone. `cluster/fixedSettings.command.mjs` and the hosts refuse the others.
 */
export function isTlsStep(from: string, to: string): boolean {
  const step = (mode: string) => (TLS_MODES as readonly string[]).indexOf(mode);
  const isOver = [from, to].sort().join() === "outgoing,required";
  return isOver || Math.abs(step(from) - step(to)) <= 1;
}

/**
 * Whether a run may lead a cluster that requires TLS from one list of CAs to the other: the first of each signs, all are trusted, and
 * servers on either side of the change have to trust one another. The same places refuse it as for a mode.
 */
export function isCaStep(from: readonly string[], to: readonly string[]): boolean {
  const [old = "", next = ""] = [from[0], to[0]];
  return from.includes(next) && to.includes(old);
}

/** Whether servers in this mode answer over HTTPS, know one another by name, and give client agents certificates. */
export function hasHttps(mode: string): boolean {
  return mode === "preferred" || mode === "required";
}
