// Whose a variable is: a function's own, or shared by all of them and declared as such. Every other one is a slip of the pen,
// or hangs on who calls whom.

import type { Finding } from "./rules";
import { type Command, readShell } from "./shellText";

/** The names that a file declares as shared: `# globals: a b`. */
export function globalsOf(text: string): Set<string> {
  const lines = [...text.matchAll(/^# globals:(.*)$/gm)].map((match) => match[1] ?? "");
  return new Set(lines.join(" ").split(/\s+/).filter(Boolean));
}

/** The arguments of a script, which `take` sets: they are shared by all of its functions. */
export function argumentsOf(text: string): Set<string> {
  const lists = readShell(text)
    .commands.filter(({ words }) => words[0] === "take")
    .map(({ words }) => words[1]?.replace(/"/g, "") ?? "");
  return new Set(lists.join(" ").split(/\s+/).filter(Boolean));
}

/** Constants of a file: what it sets outside of its functions. */
export function constantsOf(text: string): Set<string> {
  const outside = readShell(text).commands.filter(({ inside }) => inside === undefined);
  return new Set(outside.flatMap(assigned));
}

/** Assignments in functions whose variable is neither `local` there nor declared as shared; and `local` in an unsafe way. */
export function localVariables(text: string): Finding[] {
  const shell = readShell(text);
  const globals = new Set([...globalsOf(text), ...argumentsOf(text)]);
  const findings: Finding[] = [];
  const declared = new Map<string, Set<string>>();
  for (const command of shell.commands) {
    const { inside, line, words } = command;
    if (inside === undefined) continue;
    const known = declared.get(inside) ?? new Set();
    declared.set(inside, known);
    if (words[0] === "local") {
      for (const word of words.slice(1)) {
        const [name = "", ...value] = word.split("=");
        known.add(name);
        // dash keeps the value that the caller's variable has, and takes an unquoted one apart at its spaces.
        if (value.length === 0)
          findings.push(`${line}: local ${name} without a value keeps the caller's`);
        else if (isUnquoted(value.join("=")))
          findings.push(`${line}: the value of local ${name} is not in quotes`);
      }
      continue;
    }
    for (const name of assigned(command))
      if (!known.has(name) && !globals.has(name))
        findings.push(
          `${line}: ${inside} sets ${name}, which is neither local nor a global of this file`,
        );
  }
  return findings;
}

/**
 * Variables that a function reads and that are neither its own, nor shared: a caller's `local`, which is there by
 * luck, or a slip of the pen. `shared`: what all files share.
 */
export function unknownVariables(text: string, shared: ReadonlySet<string>): Finding[] {
  const shell = readShell(text);
  const own = new Map<string, Set<string>>();
  for (const command of shell.commands) {
    if (command.inside === undefined) continue;
    const known = own.get(command.inside) ?? new Set();
    own.set(command.inside, known);
    const { words } = command;
    if (words[0] === "local") for (const word of words.slice(1)) known.add(nameOf(word));
    for (const name of assigned(command)) known.add(name);
  }
  return shell.commands.flatMap(({ inside, words, line }) =>
    words
      .flatMap(read)
      .filter((name) => !shared.has(name) && !(inside && own.get(inside)?.has(name)))
      .map((name) => `${line}: ${inside ?? "the script"} reads ${name}, which is not its own`),
  );
}

/** What functions set and no script reads. `texts`: all that may read it. */
export function unreadVariables(texts: Record<string, string>): Finding[] {
  const all = Object.entries(texts).map(([file, text]) => ({ file, ...readShell(text) }));
  const seen = new Set(
    all.flatMap(({ commands }) => commands.flatMap(({ words }) => words.flatMap(read))),
  );
  return all.flatMap(({ file, commands }) =>
    commands.flatMap((command) =>
      assigned(command)
        .filter((name) => !seen.has(name) && !environment.has(name))
        .map((name) => `${file}:${command.line}: nobody reads ${name}`),
    ),
  );
}

/** What programs read, and not the scripts: or, of a loop, a place for what nobody wants. */
const environment = new Set(["PATH", "IFS", "rest", "_"]);

/** The variables that a word reads. */
function read(word: string): string[] {
  const seen = withoutSingleQuotes(word);
  const calculated = calculations(seen).flatMap((inner) =>
    [...inner.replace(/\$\([^()]*\)/g, "").matchAll(/[A-Za-z_]\w*/g)].map(([name]) => name),
  );
  // What the environment may lack is read with a way out: ${NAME:-...}.
  const named = [...seen.matchAll(/\$\{?#?([A-Za-z_]\w*)(:?[-+])?/g)]
    .filter(([, name = "", wayOut]) => wayOut === undefined || name !== name.toUpperCase())
    .map(([, name = ""]) => name);
  return [...calculated, ...named];
}

/** A word without what stands in single quotes; those inside of double quotes quote nothing. */
function withoutSingleQuotes(word: string): string {
  let out = "";
  let double = false;
  for (let i = 0; i < word.length; i++) {
    const c = word[i];
    if (c === "\\") i += 1;
    else if (c === '"') double = !double;
    else if (c === "'" && !double) i = word.indexOf("'", i + 1);
    else out += c;
    if (i < 0) return out;
  }
  return out;
}

const isUnquoted = (value: string) => /\$(?!\(\()/.test(value.replace(/"[^"]*"|'[^']*'/g, ""));

/** The variables that a command sets for good. */
function assigned({ words }: Command): string[] {
  const names: string[] = [];
  const leading = words.findIndex((word) => !isAssignment(word));
  const command = leading === -1 ? undefined : words[leading];
  // In front of a command they are its environment, and gone with it.
  if (command === undefined) names.push(...words.map(nameOf));
  if (command === "export" || command === "readonly")
    names.push(...words.slice(leading + 1).map(nameOf));
  if (command === "for" && words[leading + 1] !== undefined)
    names.push(words[leading + 1] as string);
  if (command === "read")
    names.push(...words.slice(leading + 1).filter((word) => !word.startsWith("-")));
  if (command === "getopts") names.push(words[leading + 2] as string);
  for (const word of words) {
    for (const match of word.matchAll(/\$\{([A-Za-z_]\w*):?=/g)) names.push(match[1] as string);
    for (const inner of calculations(word))
      for (const match of inner.matchAll(/([A-Za-z_]\w*)\s*(?:[-+*/%]|<<|>>)?=(?!=)/g))
        names.push(match[1] as string);
  }
  return names.filter((name) => /^[A-Za-z_]\w*$/.test(name));
}

/** What stands in each `$((...))` of a word. */
function calculations(word: string): string[] {
  const found: string[] = [];
  for (let at = word.indexOf("$(("); at !== -1; at = word.indexOf("$((", at + 1)) {
    let open = 0;
    let end = at + 1;
    do {
      if (word[end] === "(") open += 1;
      if (word[end] === ")") open -= 1;
      end += 1;
    } while (open > 0 && end < word.length);
    found.push(word.slice(at + 3, end - 2));
  }
  return found;
}

export const isAssignment = (word: string) => /^[A-Za-z_]\w*=/.test(word);
const nameOf = (word: string) => word.split("=")[0] ?? "";
