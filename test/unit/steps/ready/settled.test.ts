// What a run writes down for the cluster once it is ready: autopilot's settings, the servers' names, which are asked for when a
// server is taken out (force-remove.sh) or does not come back, and that it is ready.
//
// Does not prove who reads them: leave/forceRemove.test.ts and host-lib/health.test.ts do.

import { expect, test } from "vitest";
import type { Answers } from "../../../support/curl/fakeConsul";
import { Host } from "../../support/host";

const via = "http://127.0.0.1:80";
const autopilot = "PUT /v1/operator/autopilot/configuration";
const servers = "PUT /v1/kv/consul-cluster/servers";
const ready = "PUT /v1/kv/consul-cluster/ready";
const replaced = "DELETE /v1/kv/consul-cluster/replaced?recurse";
const told: Answers = { [autopilot]: {}, [servers]: "true", [replaced]: "true", [ready]: "true" };

function settle(names: string, answers: Answers = {}) {
  const host = new Host();
  host.agents = { [via]: { ...told, ...answers } };
  const call = `end_rotation() { echo "keys are looked at"; }
    via=${via} name=consul-1 servers=${names} autopilot='{"MinQuorum":3}'; settle`;
  return host.run("ready.sh", call);
}

test("the names of the run's servers are written, one beside the other, after autopilot's settings", () => {
  const { status, stdout, requests } = settle("consul-1,consul-2,consul-3");
  expect([status, stdout]).toEqual([0, "keys are looked at\n"]);
  expect(requests.map((request) => request.replace(via, ""))).toEqual([
    `${autopilot} {"MinQuorum":3}`,
    `${servers} consul-1 consul-2 consul-3`,
    replaced,
    expect.stringMatching(/^PUT \/v1\/kv\/consul-cluster\/ready [0-9a-f-]{36}$/),
  ]);
});

test("they are those of this run, and not those of another one: a server that has left is named no more", () => {
  expect(settle("consul-1").requests).toContain(
    `${servers.replace("PUT ", `PUT ${via}`)} consul-1`,
  );
});

test.each<[string, Answers, string]>([
  ["are not written", { [servers]: "false" }, "does not do it"],
  ["may not be written", { [servers]: { code: 403, body: "Permission denied" } }, "(403)"],
  ["are written by nobody who answers", { [servers]: { exit: 52 } }, "does not answer"],
])(
  "where they %s the run does not end well, and the cluster is not called ready",
  (_, answers, why) => {
    const { status, stdout, stderr, requests } = settle("consul-1,consul-2", answers);
    expect([status, stdout]).toEqual([1, ""]);
    expect(stderr).toContain("the names of the servers could not be written: ");
    expect(stderr).toContain(why);
    expect(requests.join()).not.toContain("consul-cluster/ready");
  },
);
