import { readSettings } from "../shellWords";
import type { ClusterSteps } from "./group";
import { textOf } from "./preview";
import type { Warning } from "./warnings";

/**
 * A host that exists already and gets another name: the old one would leave last in the run, and take the new one along, so preflight
 * refuses it. A machine that the stack makes is another one under another name.
 */
export function renamedOnHosts({ role, servers, own }: ClusterSteps): Warning[] {
  const at = (op: string, side: "oldState" | "newState") =>
    servers.flatMap(({ name, steps: { departure } }) =>
      departure?.op === op && own[`${name}-machine`] === undefined
        ? [{ name, address: readSettings(textOf(departure[side], "delete") ?? "").address }]
        : [],
    );
  const come = at("create", "newState");
  return at("delete", "oldState").flatMap(({ name, address }) =>
    come
      .filter((other) => address !== undefined && other.address === address)
      .map((other) => ({
        refused: true as const,
        text: `${other.name} is on the host of ${name}, under another name: its preflight refuses that; take ${name} off in a run of its own, then add the ${role}`,
      })),
  );
}
