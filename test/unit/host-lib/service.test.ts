// What systemd tells of the service, and what is made of it: crashes of before are of what ran before, and a server that
// has run for days is in no crash loop, however often it once was started again.
//
// Does not prove what systemd counts: test/failures/sick has servers that crash on machines.

import { describe, expect, test } from "vitest";
import { Host } from "../support/host";

/** A host whose systemd says this of the service. */
function host(service: Host["service"]): Host {
  const made = new Host();
  made.service = service;
  return made;
}

const now = "now_s() { echo 100000; };";
/** Since when it is up, for a process of so many seconds: microseconds since the computer's start. */
const upFor = (seconds: number) => (100_000 - seconds) * 1_000_000;

describe("a crash loop", () => {
  const looping = (restarts: number | undefined, before?: number) => {
    const made = host({ Result: "exit-code", ExecMainStatus: 1 });
    if (before !== undefined) made.service.NRestarts = before;
    const then = restarts === undefined ? ":" : `service_property() { echo ${restarts}; }`;
    return made.holds("library", `{ watch_crashes; ${then}; crash_looping; }`);
  };

  test("is three crashes since the script has begun to watch", () => {
    expect(looping(2, 0)).toBe(false);
    expect(looping(3, 0)).toBe(true);
  });

  test("those before are of what ran before", () => {
    expect(looping(40, 40)).toBe(false);
    expect(looping(42, 40)).toBe(false);
    expect(looping(43, 40)).toBe(true);
  });

  test("is over where systemd has given up", () => {
    const made = host({ NRestarts: 0 });
    const failed = 'systemctl() { case " $* " in *" is-failed "*) return 0 ;; esac; };';
    expect(made.holds("library", `{ ${failed} crash_looping; }`)).toBe(true);
  });

  test("is none where systemd says nothing", () => {
    expect(looping(undefined)).toBe(false);
  });

  test("what systemd says of the end is the reason", () => {
    const made = host({ NRestarts: 3, Result: "exit-code", ExecMainStatus: 203 });
    const said = made.says("library", 'reason=""; crash_looping; echo "$reason"');
    expect(said).toBe("Consul ends as soon as it is started (exit-code, exit status 203)");
  });

  // So CI saw it: "success, exit status 0", and the first lines of a process that was on its way up.
  test("the end of the last process is told, while the next one is on its way up", () => {
    const made = host({ NRestarts: 2, Result: "success", ExecMainStatus: 0, MainPID: 4712 });
    const ended = [
      "agent: Error starting agent: listen udp: bind: address already in use",
      "consul.service: Main process exited, code=exited, status=1/FAILURE",
      "consul.service: Failed with result 'exit-code'.",
    ];
    const next = Array.from({ length: 20 }, (_, i) => `agent.server.raft: restored ${i}`);
    const journal = `journalctl() { echo "${[...ended, ...next].join("\n")}"; };`;
    const said = made.says("library", `${journal} crash_words; journal_words`).split("\n");
    expect(said[0]).toBe("Consul ends as soon as it is started (exited, status 1/FAILURE)");
    expect(said.slice(1)).toEqual(ended);
    const ran = made.says("library", `${journal} watch_crashes; journal_words`).split("\n");
    expect(ran, "an end of before is none of it").toEqual(next.slice(-12));
  });

  test("where there is none, the reason that was found before stays", () => {
    const made = host({ NRestarts: 0, Result: "success", ExecMainStatus: 0 });
    const said = made.says("library", 'reason="it lags"; crash_looping || echo "$reason"');
    expect(said).toBe("it lags");
  });
});

describe("was it in a crash loop before the script touched it?", () => {
  const was = (service: Host["service"]) =>
    host(service).holds("library", `{ ${now} was_crash_looping; }`);

  test.each(["auto-restart", "auto-restart-queued", "failed"])("yes: it is in %s", (SubState) => {
    expect(was({ SubState, NRestarts: 0 })).toBe(true);
  });

  test("yes: it was started again three times, and is young", () => {
    const SubState = "running";
    expect(was({ SubState, NRestarts: 3, ActiveEnterTimestampMonotonic: upFor(2) })).toBe(true);
    expect(was({ SubState, NRestarts: 70, ActiveEnterTimestampMonotonic: upFor(14) })).toBe(true);
  });

  test("no: it is young, and was not started again that often", () => {
    const young = { SubState: "running", ActiveEnterTimestampMonotonic: upFor(2) };
    expect(was({ ...young, NRestarts: 2 })).toBe(false);
    expect(was({ ...young, NRestarts: 0 })).toBe(false);
  });

  test("no: that was once, and it has run for long since", () => {
    const service = { SubState: "running", NRestarts: 70 };
    for (const seconds of [15, 60, 86_000])
      expect(was({ ...service, ActiveEnterTimestampMonotonic: upFor(seconds) })).toBe(false);
  });

  test("no: it was stopped", () => {
    expect(was({ SubState: "dead", NRestarts: 0, MainPID: 0 })).toBe(false);
  });

  test("not where systemd says nothing", () => {
    expect(was({})).toBe(false);
  });
});

describe("does it run?", () => {
  test.each<[boolean, string, Host["service"]]>([
    [true, "it has a process", { MainPID: 4711 }],
    [false, "it has none", { MainPID: 0 }],
    [true, "systemd does not say", {}],
  ])("%s: %s", (runs, _, service) => {
    expect(host(service).holds("library", "runs")).toBe(runs);
  });

  test("yes, too, where systemctl fails", () => {
    expect(host({}).holds("library", "{ systemctl() { return 1; }; runs; }")).toBe(true);
  });
});

describe("a process that does not heed its signal is told of while systemd waits for it", () => {
  /** systemctl takes until a line was said, so nobody sleeps for long; `then`: what runs after that. */
  const told = (action: string, then: number, pauses = "sleep() { command sleep 0.01; }") => {
    const made = host({ NRestarts: 0 });
    made.write("pid", "4711\n");
    made.write("journal", "");
    const { status } = made.run(
      "library",
      `pid='${made.folder}/pid' journal='${made.folder}/journal'
      systemctl() { case " $* " in *" MainPID "*) cat "$pid" ;; esac; }
      timeout() {
        echo "$*" >>"$journal"
        n=0; until [ "$(grep -c ago "$journal")" -ge 2 ] || [ $n -ge ${pauses ? 300 : 5} ]; do n=$((n + 1)); command sleep 0.01; done
        echo ${then} >"$pid"
      }
      say() { echo "$*" >>"$journal"; }
      ${pauses}
      name=consul-1; ${action}`,
    );
    return { status, lines: made.read("journal").split("\n").slice(0, -1) };
  };

  test.each([
    ["restart_service", "restart", 4712],
    ["stop_service", "stop", 0],
  ])("%s: how long it has been, again and again", (action, verb, then) => {
    const { status, lines } = told(action, then);
    expect(status).toBe(0);
    expect(lines.slice(0, 3)).toEqual([
      `60 systemctl ${verb} consul.service`,
      expect.stringMatching(/^Consul has been told to stop 10 s ago and has not ended yet/),
      expect.stringMatching(/^Consul has been told to stop 20 s ago and has not ended yet/),
    ]);
  });

  test("nobody is told of one that ends in time, or waits for the pause to be over", () => {
    const begin = Date.now();
    const { status, lines } = told("restart_service", 4712, "");
    expect({ status, lines }).toEqual({
      status: 0,
      lines: ["60 systemctl restart consul.service"],
    });
    expect(Date.now() - begin).toBeLessThan(5000);
  });

  test("nor of one where none runs", () => {
    const made = host({ MainPID: 0, NRestarts: 0 });
    const quick = "sleep() { command sleep 0.01; }; timeout() { command sleep 0.1; }";
    expect(made.run("library", `${quick}; restart_service`).stderr).toBe("");
  });
});
