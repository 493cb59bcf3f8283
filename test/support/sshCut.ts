import { runOrFail } from "../../lab/system/command";
import { asRoot } from "../../lab/system/privilege";

const table = "consul_cluster_test";

/**
 * Cuts every SSH connection from this computer to the address, new ones too, until `mendSsh`. In both
 * directions: with only one of them a script's last words still arrive, and the run may succeed. The resets
 * themselves pass, or the run would learn of nothing for minutes.
 */
export async function cutSsh(address: string): Promise<void> {
  await mendSsh();
  const rules = `table inet ${table} {
  chain out {
    type filter hook output priority 0;
    ip daddr ${address} tcp dport 22 reject with tcp reset
  }
  chain in {
    type filter hook input priority 0;
    ip saddr ${address} tcp sport 22 tcp flags & rst == 0 reject with tcp reset
  }
}`;
  await runOrFail(await asRoot(["nft", "-f", "-"]), { input: rules });
}

/** Also where nothing is cut. */
export async function mendSsh(): Promise<void> {
  const nothing = `table inet ${table}\ndelete table inet ${table}\n`;
  await runOrFail(await asRoot(["nft", "-f", "-"]), { input: nothing });
}
