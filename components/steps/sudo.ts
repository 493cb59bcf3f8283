import { shellWords } from "../shellWords";
import { library, readScript } from "./scripts";

/**
 * What stands before a program that shall run as root, for a user whose sudo asks for a password: then the first
 * line of stdin is the password, and the program gets the rest.
 *
 * `installed`: whether the host has the library with `as-root.sh`. What brings the library brings it as its own
 * text, without the words for people: a preview shows it, and a failing command says it again.
 */
export function askedForPassword(installed: boolean): string {
  if (installed) return `${library}/as-root.sh`;
  const lines = readScript("as-root.sh").split("\n");
  const text = lines.filter((line) => !/^\s*(#|$)/.test(line)).join("\n");
  return `sh -c ${shellWords([text])} as-root.sh`;
}
