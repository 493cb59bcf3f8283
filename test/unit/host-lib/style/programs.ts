// The programs that a script starts which are not part of the shell: what a host has to have.

import { readShell } from "./shellText";
import { isAssignment } from "./variables";

/** Words of the shell's own, in dash and in busybox. */
const own = new Set(
  `. : [ break case cd command continue echo eval exec exit export false for kill local printf read return set shift test trap
  true type ulimit umask unset wait`.split(/\s+/),
);

/** Programs and words of the shell that start another program, each with the place of its name among their words. */
const starters: Record<string, (words: string[]) => string | undefined> = {
  exec: ([, program]) => program,
  timeout: ([, , program]) => program,
  xargs: ([, ...words]) => words.find((word) => !word.startsWith("-")),
};

/** A plain name: whatever has a sign of the shell's in it is known only when it runs. */
const isName = (word: string | undefined): word is string => /^[a-z][\w.-]*$/.test(word ?? "");

export const functionsIn = (text: string) => readShell(text).functions.map(({ name }) => name);

/** Names of programs, each once; `functions`: names that are none, whichever file has them. */
export function programsIn(text: string, functions: ReadonlySet<string>): string[] {
  const found = readShell(text).commands.flatMap(({ words }) => {
    const named = words.slice(words.findIndex((word) => !isAssignment(word)));
    const [first = ""] = named;
    return [first, starters[first]?.(named)].filter(isName);
  });
  return [...new Set(found)].filter((name) => !own.has(name) && !functions.has(name)).sort();
}
