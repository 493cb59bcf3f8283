import { readFileSync } from "node:fs";
import { join } from "node:path";

/** Machines need root; whoever runs Pulumi as somebody else has sudo. */
export const asRoot = `$([ "$(id -u)" -eq 0 ] || echo sudo -n) `;

export function scriptText(file: string): string {
  return readFileSync(join(__dirname, file), "utf8");
}
