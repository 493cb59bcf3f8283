/**
 * What a new machine reads at its first boot, for cloud-init: the host key, so that the very first connection
 * finds the one that it expects. Everything else is done over SSH, where it can be seen and repeated.
 */
export function renderUserData(hostKey: { privateKey: string; publicKey: string }): string {
  const lines = hostKey.privateKey.trim().split("\n");
  return [
    "#cloud-config",
    // Images bring no keys of their own; where one does, nobody must know it.
    "ssh_deletekeys: true",
    "ssh_keys:",
    "  ed25519_private: |",
    ...lines.map((line) => `    ${line}`),
    `  ed25519_public: ${hostKey.publicKey}`,
    "",
  ].join("\n");
}
