// A server is not renamed on a host that stays: the old name leaves last in a run, and would take the new one with it.
//
// Does not prove that the rest of a host is judged rightly: machines in the lab do.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { planCluster, type ServerPlan } from "../../../components/plan";
import { renderServerFiles } from "../../../components/render/server";
import { servers } from "../render/cases";
import { functionsOf, sh, temporaryFolder } from "../support/shell";

const plan = planCluster({ existing: servers("10.0.0.11", "10.0.0.12", "10.0.0.13") });
const first = plan.servers[0] as ServerPlan;

/** What is wrong with a host that has the settings of the first server, for a server of this name. */
function check(name: string, folder = temporaryFolder()): string {
  const settings = renderServerFiles(plan, first)["10-server.json"] as string;
  writeFileSync(join(folder, "10-server.json"), settings);
  return sh(
    `${functionsOf("install-release.sh")}
    is_client() { return 1; }
    role=server name=$1 configDir=$2 problems=''
    check_role
    printf %s "$problems"`,
    [name, folder],
  );
}

test("the server that is there stays, and none is no other", () => {
  expect(check(first.name)).toBe("");
});

test("another name is refused, with the way there", () => {
  expect(check("another")).toContain(
    `this host has the server ${first.name}; take that off in a run of its own first`,
  );
});
