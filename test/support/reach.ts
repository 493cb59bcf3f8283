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
  await without(`inet ${table}`);
}

/** What others on the bridge send to a host's SSH is lost: nobody says that it does not arrive. */
export async function blackHole(address: string): Promise<void> {
  await fill();
  const rules = `table bridge ${table} {
  chain through {
    type filter hook forward priority 0;
    ip daddr ${address} tcp dport 22 drop
  }
}`;
  await runOrFail(await asRoot(["nft", "-f", "-"]), { input: rules });
}

/** Takes black holes away. */
export async function fill(): Promise<void> {
  await without(`bridge ${table}`);
}

async function without(name: string): Promise<void> {
  const nothing = `table ${name}\ndelete table ${name}\n`;
  await runOrFail(await asRoot(["nft", "-f", "-"]), { input: nothing });
}
