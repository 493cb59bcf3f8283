import { describe, expect, test } from "vitest";
import { problemsOf } from "./support";

describe("the version", () => {
  test.each([
    "1.18.0",
    "1.19.2",
    "1.22.0",
    "2.0.0",
    "1.22.0-rc1",
    "1.22.0+ent",
    "1.22.0-rc2+ent",
    "1.21.4+ent.fips1402",
  ])("%j is accepted", (version) => {
    expect(problemsOf({ version })).toEqual([]);
  });

  test.each([
    ["v1.22.0", 'write "1.22.0"'],
    ["latest", "is not a version"],
    ["1.22", "is not a whole version"],
    ["1.2", "in quotes"],
    ["1.22.0 ", "is not a version"],
    ["1.22.00", "is not a version"],
    ["1.22.0.1", "is not a version"],
    ["1.22.0/../x", "is not a version"],
    ["1.22.0;reboot", "is not a version"],
    ["", "is not a version"],
    ["0.8.2", "is older than 1.18.0"],
    ["1.17.3", "is older than 1.18.0"],
    ["1.18.0-rc1", "is older than 1.18.0"],
    [1.2, "not a number"],
  ])("%j is refused", (version, reason) => {
    expect(problemsOf({ version })).toEqual([expect.stringMatching(/^version: /)]);
    expect(problemsOf({ version })[0]).toContain(reason);
  });
});

describe("the mirror", () => {
  test.each([
    "https://mirror.example.com/consul",
    "https://mirror.example.com:8443",
    "https://mirror.example.com/a%20b/@scope/",
    "https://[2001:db8::1]/consul",
    "file:///srv/mirror",
    "file:///srv/mirror/",
  ])("%j is accepted", (mirror) => {
    expect(problemsOf({ mirror })).toEqual([]);
  });

  test.each([
    ["http://mirror.example.com/consul", "is not encrypted"],
    ["ftp://mirror.example.com", "has the scheme"],
    ["s3://bucket/consul", "has the scheme"],
    ["mirror.example.com", "is not a URL"],
    ["", "is not a URL"],
    ["https://", "is not a URL"],
    ["https:mirror.example.com", 'must start with "https://"'],
    ["/srv/mirror", "is a path"],
    ["file://srv/mirror", "three slashes"],
    ["file:/srv/mirror", "three slashes"],
    ["file:///srv/../mirror", "write it straight"],
    ["file:///srv/my%20mirror", "letters, digits and"],
    ["https://mirror.example.com/consul?x=1", "has no place here"],
    ["https://mirror.example.com/consul#x", "has no place here"],
    ["https://mirror.example.com/my mirror", "has no place here"],
    ["https://mirror.example.com/$(reboot)", "has no place here"],
    ["https://mirror.example.com/consul/1.22.0", "ends in a version"],
    ["https://mirror.example.com/consul_1.22.0_linux_amd64.zip", "is a file"],
    [5, "must be a URL, not a number"],
  ])("%j is refused", (mirror, reason) => {
    expect(problemsOf({ mirror })).toEqual([expect.stringMatching(/^mirror: /)]);
    expect(problemsOf({ mirror })[0]).toContain(reason);
  });

  test.each([
    "https://user:hunter2@mirror.example.com",
    "https://hunter2@mirror.example.com",
    "https://mirror.example.com?token=hunter2",
    "http://x:hunter2@mirror.example.com",
    "htps//x:hunter2@mirror",
  ])("%j is refused without showing what is secret in it", (mirror) => {
    expect(problemsOf({ mirror })).toHaveLength(1);
    expect(problemsOf({ mirror }).join()).not.toContain("hunter2");
  });
});

describe("a permission to downgrade", () => {
  test("names the version that is asked for", () => {
    expect(problemsOf({ version: "1.21.5", allowDowngradeTo: "1.21.5" })).toEqual([]);
  });

  test.each([{ version: "1.22.0" }, {}])(
    "for another version than that of %j is refused",
    (args) => {
      const [problem, ...others] = problemsOf({ ...args, allowDowngradeTo: "1.21.5" });
      expect(others).toEqual([]);
      expect(problem).toContain("allowDowngradeTo");
      expect(problem).toContain("take it out");
    },
  );
});
