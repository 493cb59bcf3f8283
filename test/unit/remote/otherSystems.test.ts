// What the scripts do on systems that the lab has none of: SELinux and firewalld, as on RHEL and Amazon Linux.
//
// Does not prove that such a system is content: none runs here.

import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { expect, test } from "vitest";
import { functionsOf, sh, temporaryFolder } from "../support/shell";

/** Runs functions of a script where these programs stand before the system's own. */
function on(programs: Record<string, string>, script: string, call: string): string {
  const folder = temporaryFolder();
  mkdirSync(join(folder, "bin"));
  for (const [name, text] of Object.entries(programs)) {
    writeFileSync(join(folder, "bin", name), `#!/bin/sh\n${text}\n`);
    chmodSync(join(folder, "bin", name), 0o755);
  }
  const path = `PATH=${join(folder, "bin")}${delimiter}$PATH name=test here=$1`;
  return sh(`${functionsOf("lib.sh")}${functionsOf(script)}${path}\n${call}`, [folder]);
}

const firewall = {
  systemctl: '[ "$1 $3" = "is-active firewalld" ]',
  "firewall-cmd": "case $2 in --query-port=8300/tcp) exit 0 ;; esac; exit 1",
};
const look = "tcp=8300,8301 udp=8301; note_firewall 2>&1";

test("a firewall that runs is named with the ports that it does not open, and nothing is refused", () => {
  const said = on(firewall, "install-release.sh", look);
  expect(said).toContain("its default zone does not open 8301/tcp 8301/udp: ");
});

test.each([
  ["does not run", { ...firewall, systemctl: "exit 3" }],
  ["opens all of them", { ...firewall, "firewall-cmd": "exit 0" }],
])("a firewall that %s is not spoken of", (_, programs) => {
  expect(on(programs, "install-release.sh", look)).toBe("");
});

test("what is put in place gets the place's SELinux context", () => {
  const folder = temporaryFolder();
  const noted = join(folder, "noted");
  const programs = { restorecon: `printf '%s\\n' "$*" >>${noted}` };
  writeFileSync(join(folder, "unit"), "text");
  on(programs, "switch.sh", `install_file ${folder}/unit ${folder}/active 0644`);
  expect(readFileSync(noted, "utf8")).toBe(`-R ${folder}/active\n`);
});

test("where there is no SELinux nothing is tried, and where it fails that is said and passed", () => {
  expect(on({}, "lib.sh", "PATH=; restore_contexts /somewhere; printf %s $?")).toBe("0");
  expect(on({ restorecon: "exit 1" }, "lib.sh", "restore_contexts /somewhere 2>&1")).toContain(
    "the SELinux contexts of /somewhere were not restored",
  );
});
