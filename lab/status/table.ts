import Table from "cli-table3";
import { createColors } from "picocolors";
import type { ClusterStatus } from "./cluster";

/** The servers as a table, coloured where there is a terminal. */
export function statusTable(status: ClusterStatus, colored: boolean): string {
  const colors = createColors(colored);
  const yesNo = (value: boolean) => (value ? colors.green("yes") : colors.red("no"));
  const table = new Table({
    head: ["server", "address", "role", "voter", "health", "version"].map((title) =>
      colors.bold(title),
    ),
    style: { head: [], border: [] },
  });
  for (const server of status.servers) {
    table.push([
      server.name,
      server.address,
      server.role === "leader" ? colors.cyan("leader") : server.role,
      yesNo(server.voter),
      server.healthy ? colors.green("healthy") : colors.red("unhealthy"),
      server.version,
    ]);
  }
  return table.toString();
}
