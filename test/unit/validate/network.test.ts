import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DEFAULT_PORTS } from "../../../components/validate/ports";
import { existingArgs, existingServer, problems, problemsOf } from "./support";

describe("ports", () => {
  test.each([1, 65535])("%j is accepted", (http) => {
    expect(problemsOf({ ports: { http } })).toEqual([]);
  });

  test.each([0, -2, 65536, 80.5, Number.NaN, "80", null])("%j is refused", (http) => {
    expect(problemsOf({ ports: { http } })).toEqual([expect.stringMatching(/^ports\.http: /)]);
  });

  test.each(["dns", "https", "grpc", "grpcTls", "serfWan"])("%s may be switched off", (name) => {
    expect(problemsOf({ ports: { [name]: -1 } })).toEqual([]);
  });

  test.each(["server", "serfLan"])("%s may not be switched off", (name) => {
    expect(problemsOf({ ports: { [name]: -1 } })).toEqual([
      expect.stringMatching(`^ports.${name}: -1 would switch this listener off`),
    ]);
  });

  test("no number twice, whichever two of them meet, given or by default", () => {
    const names = Object.keys(DEFAULT_PORTS);
    fc.assert(
      fc.property(fc.shuffledSubarray(names, { minLength: 2, maxLength: 2 }), ([a, b]) => {
        const both = { [a as string]: 9000, [b as string]: 9000 };
        const found = problemsOf({ ports: both });
        expect(found).toHaveLength(1);
        expect(found[0]).toContain(`ports.${a}`);
        expect(found[0]).toContain(`ports.${b}`);
      }),
    );
    expect(problemsOf({ ports: { http: 8300 } })).toEqual([
      "ports.http: 8300 is the port of ports.server by default; give each its own",
    ]);
    expect(problemsOf({ ports: { serfWan: 53 } })).toEqual([
      "ports.serfWan: 53 is the port of ports.dns by default; give each its own",
    ]);
  });

  test("swapped defaults are two different ports", () => {
    expect(problemsOf({ ports: { dns: 80, http: 53 } })).toEqual([]);
  });

  test("no listener where SSH answers", () => {
    expect(problemsOf({ ports: { http: 22 } })).toEqual([
      expect.stringContaining("ports.http: 22 is where the servers answer SSH"),
    ]);
    const servers = [1, 2, 3].map((number) => existingServer(number, { port: 8080 }));
    expect(problems({ existing: { servers }, ports: { http: 8080 } })).toHaveLength(1);
    expect(problems({ existing: { servers }, ports: { http: 22 } })).toEqual([]);
  });

  test("behind a forwarded SSH port nobody knows the host's own", () => {
    const servers = [1, 2, 3].map((number) =>
      existingServer(number, { sshHost: `forwarder-${number}`, port: 8080 }),
    );
    expect(problems({ existing: { servers }, ports: { http: 8080 } })).toEqual([]);
  });

  test("ports that are no object", () => {
    expect(problemsOf({ ports: [53] })).toEqual(["ports: must be an object, not a list"]);
  });
});

describe("recursors", () => {
  test.each([["223.5.5.5"], ["223.5.5.5:5353"], ["2001:db8::53"], ["[2001:db8::53]:53"]])(
    "%j is accepted",
    (recursor) => {
      expect(problemsOf({ recursors: [recursor] })).toEqual([]);
    },
  );

  test.each([
    ["dns.example.com", "is not an IP address"],
    ["not an ip!!", "is not an IP address"],
    ["223.5.5.5:0", "no valid port"],
    ["223.5.5.5:70000", "no valid port"],
    ["223.5.5.0/24", "is a network"],
    ["0.0.0.0", "stands for any address"],
    ["224.0.0.1", "not the address of one host"],
    ["127.0.0.53", "is the server itself"],
    ["127.0.0.1:53", "is the server itself"],
    ["[::1]:53", "is the server itself"],
    ["198.18.77.12", "is nspawn.machines[1] itself"],
    ["::ffff:198.18.77.12", "is nspawn.machines[1] itself"],
    ["198.18.77.12:53", "is nspawn.machines[1] itself"],
    [53, "not a number"],
  ])("%j is refused", (recursor, reason) => {
    const found = problemsOf({ recursors: ["223.6.6.6", recursor] });
    expect(found).toEqual([expect.stringContaining("recursors[1]: ")]);
    expect(found[0]).toContain(reason);
  });

  test("on another port than Consul's, a local resolver is another program", () => {
    expect(problemsOf({ recursors: ["127.0.0.1:5353"] })).toEqual([]);
    expect(problemsOf({ recursors: ["127.0.0.53"], ports: { dns: 8600 } })).toEqual([]);
    expect(problemsOf({ recursors: ["127.0.0.53:8600"], ports: { dns: 8600 } })).toHaveLength(1);
  });

  test("the same twice is refused, also in another spelling; a list it must be", () => {
    expect(problemsOf({ recursors: ["223.5.5.5", "223.5.5.5:53"] })).toEqual([
      'recursors[1]: "223.5.5.5:53" stands in recursors[0] already; leave it out',
    ]);
    expect(problemsOf({ recursors: "223.5.5.5" })).toEqual([
      "recursors: must be a list, not a string",
    ]);
  });
});

describe("listening addresses", () => {
  test.each(["0.0.0.0", "::", "127.0.0.1", "127.0.0.1 ::1", "169.254.1.1"])(
    "%j is accepted",
    (http) => {
      expect(problemsOf({ addresses: { http } })).toEqual([]);
    },
  );

  test.each([
    ["", "holds no IP address"],
    [" 127.0.0.1", "has a space"],
    ["127.0.0.1,10.0.0.1", "is not an IP address"],
    ["localhost", "is not an IP address"],
    ["unix:///run/consul.sock", "is not an IP address"],
    ["127.0.0.1 127.0.0.1", "stands there twice"],
    ["0.0.0.0 127.0.0.1", "takes every address already"],
    ["0.0.0.0 ::", "takes every address already"],
    ["239.1.1.1", "not the address of one host"],
    ["198.18.77.11", "is the address of nspawn.machines[0] alone"],
    [80, "not a number"],
  ])("%j is refused", (dns, reason) => {
    const found = problemsOf({ addresses: { dns } });
    expect(found).toEqual([expect.stringContaining("addresses.dns: ")]);
    expect(found[0]).toContain(reason);
  });

  test("a server alone may listen on its own address", () => {
    const args = existingArgs({ existing: { servers: [existingServer(1)] } });
    expect(problems({ ...args, addresses: { http: "10.0.0.11" } })).toEqual([]);
  });
});
