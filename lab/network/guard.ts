import { output, runOrFail } from "../system/command";
import { asRoot } from "../system/privilege";
import { labRange } from "./range";

/** Behind the local table, before the main one, where a default route would take everything. */
const priorities = { onBridge: "32700", nowhereElse: "32701" };

/**
 * Makes the lab's range reachable on its bridge and nowhere else: while no bridge is there, a packet to it
 * is refused on this computer instead of leaving through the default route.
 *
 * Two policy rules: the first finds the bridge's own route and skips the default one, the second refuses.
 * They stay until the next boot of this computer: they are what keeps a lab that is down silent.
 */
export async function guardRange(): Promise<void> {
  const rules = (await output(["ip", "rule", "show"])) ?? "";
  for (const [priority, action] of [
    [priorities.onBridge, ["lookup", "main", "suppress_prefixlength", "0"]],
    [priorities.nowhereElse, ["unreachable"]],
  ] as const) {
    if (new RegExp(`^${priority}:`, "m").test(rules)) continue;
    await runOrFail(
      await asRoot(["ip", "rule", "add", "to", labRange, ...action, "priority", priority]),
    );
  }
}
