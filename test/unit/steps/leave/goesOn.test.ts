// What a departure finds on a host after others were there: a teardown that was noted and never taken up again, and another
// server of the same component. leave.sh and remove.sh as they stand; whatever they would run or remove is only said.
//
// Does not prove what becomes of the departure: test/graph/departedHosts does.

import { existsSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { owner } from "../../render/cases";
import { Host } from "../../support/host";
import { boot, harmless, main, note, running } from "./told";

describe("a teardown that was noted and never taken up again passes by itself", () => {
  const at = 100_000;
  const stands = (text: string, now: number) => {
    const host = running();
    host.write("state/farewell", text);
    return host.holds("leave.sh", `{ now_s() { echo ${now}; }; teardown_stands; }`);
  };
  const of = (id: string, begun: number | string) => `boot=${id}\nat_s=${begun}\nready=\n`;

  test("after an hour of this host's own clock", () => {
    expect(stands(of(boot, at), at)).toBe(true);
    expect(stands(of(boot, at), at + 3599)).toBe(true);
    expect(stands(of(boot, at), at + 3600)).toBe(false);
  });

  test("with the host's start, from which its clock counts", () => {
    expect(stands(of("another", at), at + 1)).toBe(false);
  });

  test("where it is an older release's, which has no time, or is damaged", () => {
    for (const text of [
      "\n",
      "a-mark\n",
      "",
      of(boot, ""),
      of(boot, "x"),
      "boot=\nat_s=\nready=\n",
    ])
      expect(stands(text, at)).toBe(false);
  });

  test("and the server leaves in order, with words on what to do where all shall go", () => {
    const host = running();
    host.write("state/farewell", of("another", at));
    const said = main(
      host,
      "leave.sh",
      `name=consul-1 owner=${owner} whole=no`,
      'runs() { :; }; leave_cluster() { echo "in order"; }',
    );
    expect(said.filter((line) => !line.startsWith("consul-1: "))).toEqual([
      "lock leaving",
      "in order",
      "systemctl --quiet disable --now consul.service",
      "systemctl reset-failed consul.service",
    ]);
    expect(said.join()).toContain("run `pulumi up`, and then `pulumi destroy`");
  });
});

// It was emptied by hand, and set up again at the same address before the departure of the former server comes.
describe("a host on which another server of the same component is by now", () => {
  const words = `name=consul-2 owner=${owner} address=10.0.0.12 removeData=yes`;
  const told = {
    "leave.sh": `name=consul-2 owner=${owner}`,
    "remove.sh": words,
  };
  const runs = 'runs() { :; }; leave_cluster() { echo "in order"; }; exec 2>&1';
  const ends = (host: Host, script: "leave.sh" | "remove.sh", more = "") => {
    const call = `${harmless}${runs}\nlock() { echo "lock $1"; }\nmain ${told[script]} ${more} </dev/null`;
    const { status, stdout } = host.run(script, call);
    return { status, stdout };
  };
  const stdout =
    "consul-2: is not on this host any more, which is consul-1's by now, so nothing here is touched\n";
  const staged = () => {
    const host = new Host();
    host.stage(host.render());
    return host;
  };

  test.each([
    ["it runs", running],
    ["it is staged alone", staged],
  ])("loses nothing, and the status says so: %s", (_, host) => {
    for (const whole of ["no", "yes"])
      expect(ends(host(), "leave.sh", `whole=${whole}`)).toEqual({ status: 4, stdout });
    expect(ends(host(), "remove.sh")).toEqual({ status: 0, stdout });
  });

  test("is told all the same that the whole cluster goes", () => {
    const host = running();
    expect(ends(host, "leave.sh", "teardown=yes")).toEqual({ status: 0, stdout: "" });
    expect(existsSync(note(host))).toBe(true);
  });

  test("what is its own goes, of a set that runs or is staged, and of a host where nothing is yet", () => {
    for (const host of [running(), staged(), new Host()]) {
      const own = told["leave.sh"].replace("consul-2", "consul-1");
      expect(main(host, "leave.sh", `${own} whole=yes`)[0]).toBe("lock leaving");
    }
  });
});
