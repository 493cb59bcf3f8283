// What readiness says at its end: a server that is lost while the cluster's own things are settled is none that is well.
//
// Does not prove that a cluster is ready: the end-to-end tests wait for one.

import { expect, test } from "vitest";
import { harmless } from "../support/harmless";
import { Host } from "../support/host";

/** The end of a run after which autopilot says this at each look; the last one again and again. */
function end(looks: string[], excused = "") {
  const made = new Host();
  made.write("clock", "0\n");
  made.write("looks", looks.join("\n"));
  const call = `${harmless(made)}
    now_s() { n=$(cat '${made.folder}/clock'); echo $((n + 3)) >'${made.folder}/clock'; echo "$n"; }
    sleep() { :; }; find_own_agent() { :; }
    unhealthy_servers() {
      said=$(sed -n 1p '${made.folder}/looks')
      [ "$(wc -l <'${made.folder}/looks')" -lt 1 ] || sed -i 1d '${made.folder}/looks'
      [ "$said" != silent ] || return 2
      [ "$said" = none ] || echo "$said"
    }
    exec 2>&1; waiting='${excused}'; require_still_ready && echo ready`;
  return made.run("ready.sh", call).stdout;
}

test("a server that was lost meanwhile is named, and the run does not end well", () => {
  expect(end(["consul-2"])).toMatch(/since then consul-2 is no healthy voter any more/);
});

test("an election, or an answer that was late, is waited for", () => {
  expect(end(["silent", "consul-2", "none"])).toBe("ready\n");
  expect(end(["silent"])).toMatch(/since then somebody is no healthy voter/);
});

test("who was excused before is not asked for", () => {
  expect(end(["consul-3"], "consul-3")).toBe("ready\n");
});
