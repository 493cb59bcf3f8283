import { readFileSync } from "node:fs";

/** Runs a command's text as a module, on the computer that runs Pulumi: there is a Node, and no path in the text. */
export const interpreter = ["node", "--input-type=module", "-e"];

/**
 * The text of a module that exports verbs, and at its end the call of one of them. Its name ends in `.command.mjs`: one
 * that differed in its ending alone would be taken for the TypeScript beside it.
 */
export function calling(file: string, verb: string): string {
  return `${readFileSync(file, "utf8")}\n${verb}();\n`;
}

/**
 * An interpreter whose commands are verbs of the module, each a word of a command's own. Where one of them refuses, the plugin tells the command before
 * what that printed: the word, and not the module.
 */
export function verbsOf(file: string, ...verbs: string[]): string[] {
  return [
    ...interpreter,
    `${readFileSync(file, "utf8")}\nawait ({ ${verbs.join(", ")} })[process.argv.at(-1)]();\n`,
  ];
}
