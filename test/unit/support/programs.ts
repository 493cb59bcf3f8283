import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { which } from "../../../lab/system/which";
import { temporaryFolder } from "./shell";

/** Without the programs that are named: all others that a host has to have, in a folder of their own. */
export function without(...missing: string[]): string {
  const folder = join(temporaryFolder(), "bin");
  mkdirSync(folder);
  const needed =
    "awk base64 cat chmod curl cut date gpg gpgv head mkdir paste rm sed sha256sum timeout tr";
  for (const name of needed.split(" ").filter((one) => !missing.includes(one))) {
    const path = which(name);
    if (path !== undefined) symlinkSync(path, join(folder, name));
  }
  return `PATH='${folder}'`;
}
