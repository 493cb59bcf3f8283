// The proxy of a system, on its way to the program that downloads.
//
// Does not prove that a proxy is asked: that is curl's.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { releaseFunctions, runShell, temporaryFolder } from "../support/shell";

const names = "http_proxy https_proxy HTTPS_PROXY all_proxy ALL_PROXY no_proxy NO_PROXY";

/** The variables of a proxy that a download has, by what the system says and by what the step has. */
function proxies(system: string | undefined, environment = ""): string[] {
  const file = join(temporaryFolder(), "environment");
  if (system !== undefined) writeFileSync(file, system);
  const { status, stdout, stderr } = runShell(
    `set -eu
    unset ${names}
    ${environment}
    ${releaseFunctions}
    SYSTEM_ENVIRONMENT=${file}
    take_system_proxy
    sh -c 'env' | grep -i _proxy= | sort`,
    [],
  );
  expect([status, stderr]).toEqual([0, ""]);
  return stdout.split("\n").slice(0, -1);
}

test("is that of /etc/environment, as people write it there", () => {
  const system = `PATH="/usr/bin"
# https_proxy=http://old:1
https_proxy="http://proxy.example:3128"
export no_proxy='10.0.0.0/8,.example'
HTTPS_PROXY=http://user:pa$s%20w@proxy.example:3128/
my_https_proxy=http://not.this:1
https_proxy=http://last.example:3128 # the new one
ALL_PROXY="http://crlf.example:1" \r
`;
  expect(proxies(system)).toEqual([
    "ALL_PROXY=http://crlf.example:1",
    "HTTPS_PROXY=http://user:pa$s%20w@proxy.example:3128/",
    "https_proxy=http://last.example:3128",
    "no_proxy=10.0.0.0/8,.example",
  ]);
});

test("stays that of the step, where that has one", () => {
  const own = "export https_proxy=http://own.example:1";
  expect(proxies("https_proxy=http://system.example:1\nno_proxy=a\n", own)).toEqual([
    "https_proxy=http://own.example:1",
    "no_proxy=a",
  ]);
});

test.each([
  ["there is no such file", undefined],
  ["it says nothing of one", "LANG=C\n"],
  ["it is empty", ""],
])("is none where %s", (_, system) => {
  expect(proxies(system)).toEqual([]);
});
