import { runOrFail } from "../../lab/system/command";
import { asRoot } from "../../lab/system/privilege";

const table = "consul_cluster_reach";

/** Makes hosts unreachable for this computer, as in a network of their own; others on the bridge reach them. */
export async function cutOff(addresses: string[]): Promise<void> {
  await rejoin();
  const rules = `table inet ${table} {
  chain out {
    type filter hook output priority 0;
    ip daddr { ${addresses.join(", ")} } reject
  }
}`;
  await runOrFail(await asRoot(["nft", "-f", "-"]), { input: rules });
}

export async function rejoin(): Promise<void> {
  const nothing = `table inet ${table}\ndelete table inet ${table}\n`;
  await runOrFail(await asRoot(["nft", "-f", "-"]), { input: nothing });
}
