/** What a step prints for the program stands between these; a login shell may print before and behind. */
const begin = "consul-cluster: begin";
const end = "consul-cluster: end";

/** The lines between the last marks; undefined where there are none. Never throws: it reads what stands in the state. */
export function linesBetweenMarks(stdout: string | undefined): string[] | undefined {
  const lines = (stdout ?? "").split("\n").map((line) => line.trim());
  const from = lines.lastIndexOf(begin);
  if (from < 0) return undefined;
  const to = lines.indexOf(end, from);
  return lines.slice(from + 1, to < 0 ? undefined : to);
}
