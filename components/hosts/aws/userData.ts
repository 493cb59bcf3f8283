import { readFileSync } from "node:fs";
import { join } from "node:path";

const freePort53 = join(__dirname, "free-port-53.sh");

export interface UserData {
  hostKey: { privateKey: string; publicKey: string };
  /** Whether Consul listens on port 53 of all addresses, where systemd-resolved has its stub. */
  takesPort53: boolean;
}

/**
 * What a new machine reads at its first boot, for cloud-init: the host key, so that the very first connection
 * finds the one that it expects, and what has to be settled before it. Everything else is done over SSH, where it can be
 * seen and repeated.
 */
export function renderUserData({ hostKey, takesPort53 }: UserData): string {
  return [
    "#cloud-config",
    // Images bring no keys of their own; where one does, nobody must know it.
    "ssh_deletekeys: true",
    "ssh_keys:",
    "  ed25519_private: |",
    ...indented(hostKey.privateKey, 4),
    `  ed25519_public: ${hostKey.publicKey}`,
    ...(takesPort53
      ? [
          "bootcmd:",
          "  - - cloud-init-per",
          "    - instance",
          "    - consul-port-53",
          "    - sh",
          "    - -c",
          "    - |",
          ...indented(readFileSync(freePort53, "utf8"), 6),
        ]
      : []),
    "",
  ].join("\n");
}

function indented(text: string, by: number): string[] {
  return text
    .trim()
    .split("\n")
    .map((line) => (line === "" ? "" : `${" ".repeat(by)}${line}`));
}
