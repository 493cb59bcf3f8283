import { existsSync, mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { runFolder } from "../../../lab/system/project";
import { which } from "../../../lab/system/which";

/** A shell and an awk, of those that hosts have. */
export interface System {
  name: string;
  /** How a script text is run: these words, the text, and then its arguments from $0 on. */
  shell: readonly string[];
  /** A folder with nothing but this awk, to be in front of PATH. */
  bin: string;
  /** Are both on this computer? */
  present: boolean;
}

const shells = [
  { name: "dash", program: "dash", words: [] },
  { name: "bash", program: "bash", words: ["--posix"] },
  { name: "busybox sh", program: "busybox", words: ["sh"] },
] as const;

const awks = [
  { name: "mawk", program: "mawk" },
  { name: "gawk", program: "gawk" },
  { name: "busybox awk", program: "busybox" },
] as const;

/** busybox is one program, which looks at the name that it is called by. Made once, and used by all runs. */
function folderWithAwk(program: string): string {
  const folder = join(runFolder, "awk", program.replaceAll("/", "-"));
  const link = join(folder, "awk");
  mkdirSync(folder, { recursive: true });
  try {
    symlinkSync(program, link);
  } catch (error) {
    // Made before, or by another worker in this moment.
    if (!existsSync(link)) throw error;
  }
  return folder;
}

const folders = awks.map(({ program }) => {
  const path = which(program);
  return path === undefined ? undefined : folderWithAwk(path);
});

/** Every shell with every awk. Where one of them is missing the tests say so; in CI none may be. */
export const systems: readonly System[] = shells.flatMap((shell) =>
  awks.map((awk, index): System => {
    const [program, bin] = [which(shell.program), folders[index]];
    const present = program !== undefined && bin !== undefined;
    if (!present && process.env.CI)
      throw new Error(`install ${shell.program} and ${awk.program}: lab/packages/packages.ts`);
    return {
      name: `${shell.name}, ${awk.name}`,
      shell: [program ?? shell.program, ...shell.words, "-c"],
      bin: bin ?? "",
      present,
    };
  }),
);

/** Debian's: what all other tests of scripts run with. */
export const usual = systems[0] as System;
