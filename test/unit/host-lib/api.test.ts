// What one question of Consul costs, and a reload that takes its time.
//
// Does not prove that a real agent is that late, nor that it takes its previous settings again.

import { expect, test } from "vitest";
import { Host } from "../support/host";

const api = "http://127.0.0.1:80";

test("an answer costs as much as it is long, and not the square of it: the members of a large cluster", () => {
  const host = new Host();
  const members = Array.from({ length: 1000 }, (_, index) => ({
    Name: `client-${index}`,
    Addr: "10.0.0.99",
    Port: 8301,
    Tags: { role: "node", padding: "x".repeat(200) },
    Status: 1,
  }));
  host.agents = { [api]: { "GET /v1/agent/members": JSON.stringify(members) } };
  // The square of it took minutes, which no test of this project has.
  expect(host.says("library", `members_of ${api} | wc -l`).trim()).toBe("1000");
});

/** A reload that is answered after so many seconds; what is done about the files, and what was asked. */
function reload(seconds: number) {
  const host = new Host();
  host.stage(host.render());
  host.agents = { [api]: { "PUT /v1/agent/reload": { body: "", seconds } } };
  const harmless = `switch_over() { echo over; }; switch_is_whole() { echo whole; }
    restore_previous() { echo restored; }; forget_previous() { :; }`;
  return host.run("activate.sh", `${harmless}\napi=${api}\nreload`);
}

test("a reload of many services is waited for", () => {
  expect(reload(12)).toMatchObject({ status: 0, stdout: "over\nwhole\n" });
});

test("one that is not answered may have been taken over: it is told to take the previous settings again", () => {
  const { status, stdout, stderr, requests } = reload(3600);
  expect({ status, stdout }).toEqual({ status: 1, stdout: "over\nrestored\n" });
  expect(stderr).toContain("did not answer within 30 s when it was to reload");
  expect(requests).toEqual([`PUT ${api}/v1/agent/reload`, `PUT ${api}/v1/agent/reload`]);
});
