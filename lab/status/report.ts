import { createColors } from "picocolors";
import type { ClusterStatus } from "./cluster";
import { statusTable } from "./table";

/** What `npm run dev` ends with: the servers, where to look, what to run next. */
export function statusReport(
  status: ClusterStatus,
  outputs: { httpAddresses: string[]; dnsAddresses: string[] },
  colored: boolean,
): string {
  const colors = createColors(colored);
  const [http = "", dns = ""] = [outputs.httpAddresses[0], outputs.dnsAddresses[0]];
  const [dnsHost, dnsPort] = [dns.replace(/:\d+$/, ""), dns.replace(/^.*:/, "")];
  const rows = [
    ["leader", status.leader ?? colors.red("none")],
    ["fault tolerance", `${status.faultTolerance} of ${status.servers.length} servers may fail`],
    ["UI and API", outputs.httpAddresses.map((url) => url.replace(/:80$/, "/ui")).join("  ")],
    ["DNS", outputs.dnsAddresses.join("  ")],
  ];
  const next = [
    [`curl ${http}/v1/status/leader`, "ask a server"],
    [`dig @${dnsHost} -p ${dnsPort} consul.service.consul`, "ask its DNS"],
    ["npm run pulumi -- stack output", "the stack's outputs"],
    ["npm run plan", "after a change to Pulumi.dev.yaml: what it will do to which server"],
    ["npm run dev", "do it"],
    ["npm run dev:down", "take all of it away"],
  ];
  return [
    statusTable(status, colored),
    ...columns(rows, colors.bold),
    "",
    "Next:",
    ...columns(next, colors.cyan).map((line) => `  ${line}`),
  ].join("\n");
}

function columns(rows: string[][], paint: (text: string) => string): string[] {
  const width = Math.max(...rows.map(([first = ""]) => first.length));
  return rows.map(([first = "", second = ""]) => `${paint(first.padEnd(width))}  ${second}`);
}
