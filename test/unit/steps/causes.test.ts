// What a run says of a server that does not come up: the cause, as systemd and the journal tell it, and no secret of it.
//
// Does not prove what stands in a journal: test/changes has Consul that ends for a setting.

import { describe, expect, test } from "vitest";
import { gossipKey } from "../render/cases";
import { harmless } from "../support/harmless";
import { Host } from "../support/host";

const words = "open /var/log/consul/consul.log: read-only file system";
const line = `==> failed to setup logging: ${words} (encrypt: ${gossipKey})`;

/** A host whose service is like this, with that in its journal. */
function host(service: Host["service"]): Host {
  const made = new Host();
  made.service = { Result: "exit-code", ExecMainStatus: 7, ...service };
  made.stage(made.render());
  return made;
}

/** The end of the journal of Consul alone is asked for. */
const journal = `journalctl() { case " $* " in *" -u consul.service "*) echo '${line}' ;; esac; }`;

function isToldWithoutSecrets(stderr: string): void {
  expect(stderr).toContain(words);
  expect(stderr).toContain("(encrypt: [secret])");
  expect(stderr).not.toContain(gossipKey);
}

describe("a start that waits for nobody's health", () => {
  const look = (service: Host["service"], failed = 1) => {
    const made = host(service);
    const call = `systemctl() { case " $* " in *" is-failed "*) return ${failed} ;; *) plain "$@" ;; esac; }`;
    const plain = harmless(made).replace("systemctl()", "plain()");
    return made.run("activate.sh", `${plain}\n${call}\n${journal}\nrefuse_a_crash`);
  };

  test.each<[string, Host["service"], number]>([
    ["it was started again three times", { NRestarts: 3, SubState: "running" }, 1],
    ["it waits for its next start", { NRestarts: 1, SubState: "auto-restart" }, 1],
    ["systemd has given up", { NRestarts: 0, SubState: "failed" }, 0],
  ])("is refused with what the journal says: %s", (_, service, failed) => {
    const { status, stderr } = look(service, failed);
    expect(status).toBe(1);
    expect(stderr).toContain("Consul ends as soon as it is started");
    expect(stderr).not.toContain("quorum");
    isToldWithoutSecrets(stderr);
  });

  test("passes where it runs", () => {
    expect(look({ NRestarts: 0, SubState: "running" })).toMatchObject({ status: 0, stderr: "" });
  });

  // With an empty journal (a signal, a sandbox) it is all that is known.
  test("is refused with what systemd says, too", () => {
    expect(look({ NRestarts: 3, SubState: "running" }).stderr).toContain(
      "exit-code, exit status 7",
    );
  });
});

describe("a repair that does not help", () => {
  /** What comes of it where nobody answers, and the service has ended so often since it was started. */
  const wait = (cluster: string, { crashes = 0, failed = 1 } = {}) => {
    const made = host({ SubState: "running", MainPID: 4711 });
    const service = `systemctl() {
      case " $* " in
        *" NRestarts "*) echo ${crashes} ;;
        *" is-failed "*) return ${failed} ;;
        *" Result "*) echo exit-code ;;
        *" ExecMainStatus "*) echo 7 ;;
      esac
    }`;
    const call = `sick="crashes again and again" release=1.22.0 api=http://127.0.0.1:80 cluster=${cluster}; await_recovery`;
    return made.run("repair.sh", `${harmless(made)}\n${service}\n${journal}\n${call}`);
  };

  test.each([
    ["it crashes again", { crashes: 3 }],
    ["systemd has given up", { failed: 0 }],
  ])("says what ailed it, and what the journal says: %s", (_, how) => {
    for (const cluster of ["serving", "leaderless"]) {
      const { status, stderr } = wait(cluster, how);
      expect(status).toBe(1);
      expect(stderr).toContain(
        "this server crashes again and again, and is not well with the staged release and settings either: ",
      );
      expect(stderr).toContain("Consul ends as soon as it is started (exit-code, exit status 7)");
      isToldWithoutSecrets(stderr);
    }
  });

  test("and the same of one that runs and does not come back to its cluster", () => {
    const { status, stderr } = wait("serving");
    expect(status).toBe(1);
    isToldWithoutSecrets(stderr);
  });

  test("one that runs is not said to end as soon as it is started", () => {
    const { stderr } = wait("serving");
    expect(stderr).toContain("Consul's agent at http://127.0.0.1:80 does not answer");
    expect(stderr).not.toContain("ends as soon as it is started");
  });

  test("one that crashes for the second time is given up at once", () => {
    const { status, stderr } = wait("leaderless", { crashes: 2 });
    expect(status).toBe(1);
    isToldWithoutSecrets(stderr);
  });

  // Its $reason is that of the last look at the agent.
  test("and what systemd says of its end is told", () => {
    const { stderr } = wait("leaderless", { crashes: 2 });
    expect(stderr).toContain("Consul ends as soon as it is started (exit-code, exit status 7)");
  });

  test("where nobody serves, one that is up for good is mended", () => {
    expect(wait("leaderless")).toMatchObject({ status: 0 });
    expect(wait("leaderless", { crashes: 1 })).toMatchObject({ status: 0 });
  });
});

test("a gate that is not passed says what is missing", () => {
  const made = host({ SubState: "running", NRestarts: 0 });
  const call = `api=http://127.0.0.1:80; gate_after_restart 1.22.0 '' || echo "$reason"`;
  const { stdout } = made.run("library", `${harmless(made)}\n${call}`);
  expect(stdout).toContain("Consul's agent at http://127.0.0.1:80 does not answer");
});
