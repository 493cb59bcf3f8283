// A server restarts where the others are a quorum without it: the script as it stands, with a cluster's answers made up.
//
// Does not prove that Consul answers so: test/changes runs it on machines.

import { expect, test } from "vitest";
import { functionsOf, sh } from "../support/shell";

/** What `spared` says where `noted` servers are meant to vote, and `voters` do. */
function spared(noted: string[], voters: string[]): string {
  const view = voters.map((name) => `${name} true true alive 192.0.2.1:8300`).join("\\n");
  return sh(
    `${functionsOf("gates.sh")}
    name=consul-1 api=x SERVERS=v1/kv/servers
    consul_api() { echo ${noted.join(" ")}; }
    autopilot_servers() { printf '${view}\\n'; }
    die() { echo "$1"; exit; }
    spared && echo spared`,
  ).trim();
}

const servers = (count: number) => Array.from({ length: count }, (_, i) => `consul-${i + 1}`);

test.each([
  ["all three vote", servers(3), servers(3)],
  ["all five vote", servers(5), servers(5)],
  ["one of five is being replaced", servers(5), servers(4)],
  ["it is the only one", servers(1), servers(1)],
  ["nothing was noted yet", [], servers(3)],
  ["one of two leaves for good", servers(1), servers(2)],
])("it restarts where %s", (_, noted, voters) => {
  expect(spared(noted, voters)).toBe("spared");
});

test.each([
  ["one of three is being replaced", servers(3), servers(2), "consul-3"],
  ["two of five are away", servers(5), servers(2), "consul-3 consul-4 consul-5"],
])("it does not where %s", (_, noted, voters, missing) => {
  expect(spared(noted, voters)).toMatch(`not restarted: ${missing} is not back yet`);
});
