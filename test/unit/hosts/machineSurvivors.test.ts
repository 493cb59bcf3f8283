// A machine's systemd-nspawn was killed, and what ran in the machine goes on: no second machine is booted on the same disk,
// and none is taken away under it. Nothing is booted here: a process that has the machine's folder for its root stands for
// what is left.
//
// Does not prove that systemd-nspawn leaves its machine so: that was seen.

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { which } from "../../../lab/system/which";
import { temporaryFolder } from "../support/shell";

const power = join(__dirname, "../../../components/hosts/nspawn/power.sh");
/** Only root has another root. */
const able = process.getuid?.() === 0 && which("perl") !== undefined;

/** What becomes of a call beside such a process, and whether that has ended by then. The pid file is of a process that is gone. */
function beside(call: string, { more = "" } = {}) {
  const directory = temporaryFolder();
  const root = join(directory, "machines/left/root");
  mkdirSync(root, { recursive: true });
  mkdirSync(join(directory, "machines/other/root"), { recursive: true });
  writeFileSync(join(directory, "pid"), "999999999\n");
  const script = `set -eu
    . ${power}
    name=left directory=${directory} machine=${directory}/machines/left root=${root} pid_file=${directory}/pid
    bridge='' gateway='' share=''
    say() { echo "$*"; }; die() { say "$*"; exit 1; }
    lives() { [ -e "/proc/$1/root/" ] && echo "$2 lives" || echo "$2 has ended"; }
    with_bridge_lock() { :; }; ip() { :; }; remove_control_groups() { :; }
    boot_as_process() { lives $left_behind left; echo booted; }; boot_as_service() { boot_as_process; }
    inside() { perl -e 'chroot $ARGV[0] or die; chdir "/"; open my $f, ">", "/up"; close $f; sleep 30' "$1" </dev/null >/dev/null 2>&1 & }
    inside ${root}; left_behind=$!
    inside ${directory}/machines/other/root; others=$!
    trap 'kill -KILL $left_behind $others 2>/dev/null || true' EXIT
    for folder in left other; do until [ -e ${directory}/machines/$folder/root/up ]; do sleep 0.01; done; done
    ${more}
    ${call}
    lives $left_behind left; lives $others other`;
  const { stdout, stderr, status } = spawnSync("sh", ["-c", script], { encoding: "utf8" });
  return {
    status,
    stderr,
    said: stdout.trim().split("\n"),
    pidFile: existsSync(join(directory, "pid")),
  };
}

const ended = "what its systemd-nspawn has left behind is ended first";

describe.runIf(able)("what a machine has left behind", () => {
  test("has ended before the machine is booted again; another machine's lives on", () => {
    const { status, said } = beside("power_on");
    expect([status, said]).toEqual([
      0,
      [ended, "left has ended", "booted", "left has ended", "other lives"],
    ]);
  });

  test.each(["power_off", "shut_down"])("ends with its machine: %s", (call) => {
    const { status, said, pidFile } = beside(call);
    expect([status, said, pidFile]).toEqual([0, [ended, "left has ended", "other lives"], false]);
  });

  test("and that does not end is named, and nothing is booted beside it", () => {
    const { status, said } = beside("power_on", { more: "kill() { :; }; sleep() { :; }" });
    expect(status).toBe(1);
    expect(said[1]).toMatch(/^its processes do not end: \d+; nothing is booted beside them$/);
    expect(said).not.toContain("booted");
  });

  test("is no matter while the machine runs", () => {
    const running = "running_pid() { echo 1; }";
    expect(beside("power_on", { more: running }).said).toEqual(["left lives", "other lives"]);
  });
});
