import { describe, expect, test } from "vitest";
import { problemsOf } from "./support";

describe("datacenter and domain", () => {
  test.each(["dc1", "eu_west-1", "0", "d".repeat(63)])(
    "datacenter %j is accepted",
    (datacenter) => {
      expect(problemsOf({ datacenter })).toEqual([]);
    },
  );

  test.each(["", "DC1", "dc.1", "dc 1", "dc1\n", "d".repeat(64), 1, null])(
    "datacenter %j is refused",
    (datacenter) => {
      expect(problemsOf({ datacenter })).toEqual([expect.stringMatching(/^datacenter: /)]);
    },
  );

  test("the advice is the name in lower case", () => {
    expect(problemsOf({ datacenter: "DC1" })[0]).toContain('such as "dc1"');
  });

  test.each(["consul", "consul.", "Consul.Example.com", "a.b-c.d"])(
    "domain %j is accepted",
    (domain) => {
      expect(problemsOf({ domain })).toEqual([]);
    },
  );

  test.each([
    "",
    ".",
    ".consul",
    "consul..",
    "con_sul",
    "a b",
    "-a.b",
    `${"x".repeat(64)}.a`,
    true,
  ])("domain %j is refused", (domain) => {
    expect(problemsOf({ domain })).toEqual([expect.stringMatching(/^domain: /)]);
  });
});

describe("folders on the servers", () => {
  test.each([
    ["/etc/consul.d", "/opt/consul"],
    ["/srv/consul/config", "/srv/consul/data"],
    ["/etc/consul", "/consul"],
  ])("%j and %j are accepted", (configDir, dataDir) => {
    expect(problemsOf({ configDir, dataDir })).toEqual([]);
  });

  test.each([
    ["", "is empty"],
    ["consul", "is not an absolute path"],
    ["~/consul", "is not expanded"],
    ["/srv/consul/", "ends with a slash"],
    ["/srv//consul", "write it straight"],
    ["/srv/./consul", "write it straight"],
    ["/srv/consul/..", "write it straight"],
    ["/srv/con sul", "letters, digits and"],
    ["/srv/%n", "letters, digits and"],
    ["/srv/a$b", "letters, digits and"],
    ["/srv/a\nb", "letters, digits and"],
    ["/", "is a folder of the system"],
    ["/etc", "is a folder of the system"],
    ["/usr", "is a folder of the system"],
    ["/var", "is a folder of the system"],
    ["/home", "is a folder of the system"],
    ["/var/lib", "is a folder of the system"],
    ["/etc/systemd/system", "is a folder of the system"],
    ["/usr/bin/consul", "is inside /usr/bin"],
    ["/proc/1", "is inside /proc"],
    ["/home/consul", "is inside /home"],
    ["/root/consul", "is inside /root"],
    ["/tmp/consul", "is inside /tmp"],
    ["/run/consul", "is inside /run"],
    ["/var/lib/consul-cluster", "overlaps with /var/lib/consul-cluster"],
    ["/var/lib/consul-cluster/server", "overlaps with"],
    ["/usr/local/lib/consul/1.22.0", "overlaps with"],
    [5, "must be an absolute path, not a number"],
  ])("%j is refused", (folder, reason) => {
    for (const key of ["configDir", "dataDir"]) {
      const found = problemsOf({ [key]: folder });
      expect(found).toContainEqual(expect.stringMatching(`^${key}: `));
      expect(found.join()).toContain(reason);
    }
  });

  test("neither lies inside of the other, nor of the other's default", () => {
    const apart = expect.stringContaining("keep them apart");
    expect(problemsOf({ configDir: "/srv/c", dataDir: "/srv/c" })).toEqual([apart]);
    expect(problemsOf({ configDir: "/srv/c/d", dataDir: "/srv/c" })).toEqual([apart]);
    expect(problemsOf({ configDir: "/srv/c", dataDir: "/srv/c/d" })).toEqual([apart]);
    expect(problemsOf({ configDir: "/var/consul/config" })).toEqual([apart]);
    expect(problemsOf({ dataDir: "/etc/consul.d/server/data" })).toEqual([apart]);
    expect(problemsOf({ configDir: "/srv/c", dataDir: "/srv/consul" })).toEqual([]);
  });
});

describe("other settings", () => {
  test.each([1, 5, 10])("a raftMultiplier of %j is accepted", (raftMultiplier) => {
    expect(problemsOf({ performance: { raftMultiplier } })).toEqual([]);
  });

  test.each([0, 11, 1.5, -1, Number.NaN, "1"])(
    "a raftMultiplier of %j is refused",
    (raftMultiplier) => {
      expect(problemsOf({ performance: { raftMultiplier } })).toEqual([
        expect.stringMatching(/^performance\.raftMultiplier: /),
      ]);
    },
  );

  test.each([
    "enableSyslog",
    "ui",
    "skipLeaveOnInterrupt",
    "leaveOnTerminate",
    "rejoinAfterLeave",
    "removeData",
  ])("%s is true or false", (key) => {
    expect(problemsOf({ [key]: false })).toEqual([]);
    expect(problemsOf({ [key]: "yes" })).toEqual([`${key}: must be true or false, not a string`]);
  });

  test("groups are objects", () => {
    expect(problemsOf({ gossip: 2, performance: 1, dnsConfig: [], environment: "A=1" })).toEqual([
      "gossip: must be an object, not a number",
      "performance: must be an object, not a number",
      "dnsConfig: must be an object, not a list",
      "environment: must be an object, not a string",
    ]);
    expect(problemsOf({ dnsConfig: { allowStale: 1 } })).toHaveLength(1);
  });
});

describe("the environment", () => {
  test("names as a shell takes them, values of one line, none of them shown", () => {
    expect(problemsOf({ environment: { GOMAXPROCS: "2", _x9: "a \"b\" $c 'd'", E: "" } })).toEqual(
      [],
    );
    const environment = {
      "A-B": "hunter2",
      "1A": "hunter2",
      "": "hunter2",
      NL: "hunter2\nB=1",
      NUL: "a\0b",
    };
    const found = problemsOf({ environment });
    expect(found.map((line) => line.split(":")[0])).toEqual(
      ["A-B", "1A", "", "NL", "NUL"].map((name) => `environment.${name}`),
    );
    expect(found.join()).not.toContain("hunter2");
    expect(problemsOf({ environment: { GOMAXPROCS: 2 } })).toEqual([
      "environment.GOMAXPROCS: must be a string, not a number",
    ]);
  });
});
