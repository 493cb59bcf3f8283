// How long a gate waits: as `rollout` has it in the staged set, and not a moment longer, whatever it is that does not come.
//
// Does not prove that a machine is back in time: test/changes restarts some.

import { describe, expect, test } from "vitest";
import type { PlainArgs } from "../../../components/cluster/args";
import { Host } from "../support/host";

/** How a gate ends, where each pause takes five seconds: its status, the seconds that have passed, and why. */
function ends(rollout: PlainArgs["rollout"], call: string) {
  const host = new Host();
  host.stage(host.render({ rollout }));
  const { stdout, stderr } = host.run(
    "library",
    `n=1000; now_s() { echo $n; }; sleep() { n=$((n + 5)); }
    after() { echo "$1 $((n - 1000)) $reason"; exit 0; }
    die() { echo "died: $*"; after 1; }
    just_passed() { return 1; }; crash_looping() { return 1; }; find_agent() { via=own; }
    ${call}`,
  );
  if (stderr !== "") throw new Error(stderr);
  return stdout.split("\n").slice(0, -1);
}

const sick = 'look() { seen="" reason="consul-2 is down"; }';
const rollouts = (name: "healthTimeout" | "recoveryTimeout", usual: number) =>
  [
    ["the default", {}, usual],
    ["more", { [name]: "10m" }, 600],
    ["less", { [name]: "10s" }, 10],
    ["other limits alone", { snapshotTimeout: "9m", transferTimeout: "8m" }, usual],
  ] as const;

describe("before a restart the others may be well within rollout.healthTimeout", () => {
  test.each(rollouts("healthTimeout", 30))("%s", (_, rollout, seconds) => {
    const [died, ended] = ends(rollout, `${sick}; gate_before_restart "not restarted"; after 0`);
    expect(died).toContain("died: not restarted, for the others are not well: consul-2 is down");
    expect(ended).toBe(`1 ${seconds} consul-2 is down`);
  });

  test("who is well in the last moment is let through", () => {
    const late = `look() { seen=all reason=""; [ "$n" -ge 1595 ] || reason="consul-2 is down"; }
      require_quorum_without_self() { :; }; save_snapshot() { :; }`;
    const call = `${late}; gate_before_restart "not restarted"; after 0`;
    expect(ends({ healthTimeout: "10m" }, call)).toEqual(["0 600 "]);
  });
});

describe("after a restart the server may be back within rollout.recoveryTimeout", () => {
  const gate = "status=0; gate_after_restart 1.22.0 id || status=$?; after $status";
  const lags = 'caught_up() { reason="it lags"; return 1; }';

  test.each(rollouts("recoveryTimeout", 120))("%s", (_, rollout, seconds) => {
    expect(ends(rollout, `${lags}; ${gate}`)).toEqual([`1 ${seconds} it lags`]);
  });

  test.each(rollouts("recoveryTimeout", 120))(
    "and all others be well within the rest of it: %s",
    (_, rollout, seconds) => {
      const back = `caught_up() { reason="it lags"; [ "$n" -ge 1005 ]; }; ${sick}`;
      expect(ends(rollout, `${back}; ${gate}`)).toEqual([`2 ${seconds} consul-2 is down`]);
    },
  );
});

describe("rollout.transferTimeout and rollout.snapshotTimeout", () => {
  test.each([
    [{}, 20],
    [{ transferTimeout: "5m" }, 300],
  ])("who hands over waits for another leader: %o", (rollout, seconds) => {
    const leads = `reason=""; other_voters() { echo b; }; named_leader() { echo me; }; another_leader() { return 1; }
      leader_of() { echo me; }; transfer_agent() { echo own; }; transfer_candidate() { echo id; }; ask() { :; }
      api=own; hand_over_leadership me`;
    expect(ends(rollout, leads)).toEqual([
      `died: this server leads and no other took over within ${seconds} s; it was not restarted`,
      `1 ${seconds} `,
    ]);
  });

  test.each([
    [{}, 60],
    [{ snapshotTimeout: "5m" }, 300],
  ])("a snapshot is given so long: %o", (rollout, seconds) => {
    const slow = `timeout() { echo "for $1 s" >&3; return 124; }; exec 3>&1; reason=""
      tokens_for() { tokens=none; }; token_argument() { :; }; tls_arguments() { :; }; via=own; save_snapshot`;
    expect(ends(rollout, slow).slice(0, 2)).toEqual([
      `for ${seconds} s`,
      `died: no snapshot could be taken; nothing was changed: it took longer than ${seconds} s`,
    ]);
  });
});
