import { readYaml } from "./yaml";

// A stack file of git is the same for everybody, but the lab's passphrase is made on each machine,
// and the salt that goes with it stands in the stack file. So the CLI gets a composed file: the
// settings from git, the salt from this machine.

/** The line of a stack file that holds the salt. */
const saltLine = /^encryptionsalt:.*$/m;

/** Does the file say by itself how its secrets are sealed? Then it is used as it stands. `name` is for a message. */
export function hasOwnSecrets(stackFile: string, name = "The stack file"): boolean {
  const keys = Object.keys((readYaml(stackFile, name) as object | null) ?? {});
  return ["encryptionsalt", "secretsprovider", "encryptedkey"].some((key) => keys.includes(key));
}

/** The settings of `committed` with the salt of `local`. All comments stay. */
export function composeStackFile(committed: string, local: string): string {
  if (hasOwnSecrets(committed)) return committed;
  const salt = saltLine.exec(local)?.[0];
  if (salt === undefined) return committed;
  const settings = committed === "" || committed.endsWith("\n") ? committed : `${committed}\n`;
  return `${settings}${salt}\n`;
}
