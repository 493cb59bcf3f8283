/** One thing that is wrong with the settings. */
export interface Problem {
  /** Where: `nspawn.machines[1].address`, `ports.http`. */
  path: string;
  /** What is wrong with the value that stands there, and what to do. Never shows a secret. */
  message: string;
  /** Whether the value has another shape than the setting, or stands for no host: nothing can be made of it. */
  isShape?: true;
  /** Background that several problems share; told once, after all of them. */
  note?: string;
}

const SHOWN = 60;

/** A value as it stands in the settings, short enough for one line. Not for secrets. */
export function show(value: unknown): string {
  const text = json(value);
  return text.length <= SHOWN ? text : `${text.slice(0, SHOWN)}...`;
}

function json(value: unknown): string {
  try {
    return JSON.stringify(value) ?? `a ${typeof value}`;
  } catch {
    // A cycle, a bigint, a toJSON of its own: nothing that a settings file can hold.
    return `a ${typeof value}`;
  }
}

/** The same problems, where they show a value that is secret, or most of one, without it. */
export function withoutSecrets(problems: Problem[], secrets: unknown[]): Problem[] {
  const texts = secrets.flatMap(textsIn);
  if (texts.length === 0) return problems;
  const isOne = (shown: string) =>
    texts.some((text) => {
      const isMostOf = text.includes(shown) && 2 * shown.length >= Math.min(text.length, SHOWN);
      return isMostOf || (text.length > 3 && shown.includes(text));
    });
  const piece = /"((?:[^"\\]|\\.)*)(?:"|\.\.\.)|[^\s";,]+/g;
  const mask = (message: string) =>
    message.replace(piece, (whole, quoted?: string) =>
      isOne(quoted ?? whole) ? "[secret]" : whole,
    );
  return problems.map((one) => ({ ...one, message: mask(one.message) }));
}

/** As they are shown: of a text without its quotes. */
function textsIn(value: unknown): string[] {
  if (typeof value === "object" && value !== null) return Object.values(value).flatMap(textsIn);
  const text = typeof value === "string" ? json(value).slice(1, -1) : json(value);
  return text === "" ? [] : [text];
}

export function problem(path: string, message: string): Problem[] {
  return [{ path, message }];
}

/** All problems as one message: a heading, a line for each with the paths aligned, the notes once. `of`: whose settings, `ConsulCluster prod`; `sofar`: what has happened by then. */
export function describeProblems(
  problems: Problem[],
  of?: string,
  sofar = "no host was reached, nothing was changed",
): string {
  if (problems.length === 0) return "The settings have no problem.";
  const count = problems.length === 1 ? "a problem" : `${problems.length} problems`;
  const width = Math.max(...problems.map(({ path }) => path.length));
  const lines = problems.map(({ path, message }) => `  ${path.padEnd(width)}  ${message}`);
  const notes = new Set(problems.flatMap(({ note }) => (note === undefined ? [] : [note])));
  return [
    `The settings ${of === undefined ? "" : `of ${of} `}have ${count}; ${sofar}:`,
    ...lines,
    ...[...notes].flatMap((note) => ["", note]),
  ].join("\n");
}
