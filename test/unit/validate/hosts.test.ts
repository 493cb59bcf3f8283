import { describe, expect, test } from "vitest";
import { describeProblems, validate } from "../../../components/validate";
import { awsArgs, existingArgs, existingServer, nspawnArgs, problems, withSecond } from "./support";

function servers(count: number) {
  return existingArgs({
    existing: { servers: Array.from({ length: count }, (_, index) => existingServer(index + 1)) },
  });
}

describe("the source of the hosts", () => {
  test("machines on this computer, hosts that stand already, or instances of EC2", () => {
    expect(problems(nspawnArgs())).toEqual([]);
    expect(problems(existingArgs())).toEqual([]);
    expect(problems(awsArgs())).toEqual([]);
  });

  test("none, two and all are refused", () => {
    expect(problems({})).toEqual([
      expect.stringMatching(/^nspawn, existing, aws: none of them is set/),
    ]);
    expect(problems({ ...nspawnArgs(), ...existingArgs() })).toEqual([
      expect.stringMatching(/^nspawn, existing: 2 of them are set/),
    ]);
    expect(problems({ ...existingArgs(), ...awsArgs() })).toEqual([
      expect.stringMatching(/^existing, aws: 2 of them are set/),
    ]);
    expect(problems({ ...awsArgs(), ...nspawnArgs(), ...existingArgs() })).toEqual([
      "nspawn, existing, aws: 3 of them are set; give exactly one of `nspawn` (machines on this computer), `existing` (your hosts) and `aws` (EC2)",
    ]);
  });

  test("a source that is no object, and a list that is none, are told where they stand", () => {
    expect(problems({ existing: "10.0.0.1" })).toEqual([
      "existing: must be an object, not a string",
    ]);
    expect(problems({ existing: { servers: {} } })).toEqual([
      "existing.servers: must be a list of 1, 3, 5 or 7 servers, not an object",
    ]);
    expect(problems({ existing: {} })).toEqual([
      "existing.servers: is missing; give a list of 1, 3, 5 or 7 servers",
    ]);
  });
});

describe("the number of servers", () => {
  test.each([1, 3, 5, 7])("%i is accepted", (count) => {
    expect(problems(servers(count))).toEqual([]);
  });

  test.each([
    [0, "no server"],
    [2, "2 servers, an even number; they survive as many failures as 1: 0"],
    [4, "4 servers, an even number"],
    [8, "8 servers; with more than 7"],
    [9, "9 servers; with more than 7"],
  ])("%i is refused", (count, reason) => {
    expect(problems(servers(count))).toEqual([
      expect.stringContaining(`existing.servers: ${reason}`),
    ]);
  });

  test("the message ends with the tolerance table, once", () => {
    const message = describeProblems(validate({ ...servers(4), ...nspawnEmpty() }));
    expect(message.match(/failures tolerated/g)).toHaveLength(1);
    expect(message).toMatch(/\n {3}1 {5}0\n {3}3 {5}1\n {3}5 {5}2\n {3}7 {5}3$/);
    expect(describeProblems(validate(withSecond({ name: "a b" })))).not.toContain("tolerated");
  });
});

function nspawnEmpty() {
  return { nspawn: { machines: [], image: "/srv/image.tar" } };
}

describe("names", () => {
  test.each(["server-2", "a", "1", "X".repeat(63), "c0nsul--x"])("%j is accepted", (name) => {
    expect(problems(withSecond({ name }))).toEqual([]);
  });

  test.each([
    ["", "is empty"],
    ["a.b", "has dots"],
    ["a_b", "letters, digits and `-` only"],
    ["ünit", "letters, digits and `-` only"],
    ["a b", "letters, digits and `-` only"],
    ["a\n", "letters, digits and `-` only"],
    ["-a", "must not start or end with `-`"],
    ["a-", "must not start or end with `-`"],
    ["x".repeat(64), "has 64 characters, DNS takes 63"],
    ["Localhost", "every computer's name for itself"],
    [undefined, "is missing; give a name"],
    [7, "must be a name for the server, not a number"],
  ])("%j is refused", (name, reason) => {
    expect(problems(withSecond({ name }))).toEqual([
      expect.stringMatching(`^existing.servers\\[1\\].name: .*`),
    ]);
    expect(problems(withSecond({ name }))[0]).toContain(reason);
  });

  test("a repeated name is refused, also in other letters, and names the first", () => {
    expect(problems(withSecond({ name: "CONSUL-3" }))).toEqual([
      'existing.servers[2].name: "consul-3" is the name of existing.servers[1] already',
    ]);
  });
});

describe("addresses", () => {
  test.each(["10.0.0.200", "192.0.2.1", "198.18.0.9", "172.16.255.254"])(
    "%j is accepted",
    (address) => {
      expect(problems(withSecond({ address }))).toEqual([]);
    },
  );

  test.each([
    ["consul-1.example.com", "is not an IP address"],
    ["10.0.0.256", "is not an IP address"],
    ["10.1", "is not an IP address"],
    ["0x0a.0.0.1", "is not an IP address"],
    ["", "is not an IP address"],
    [" 10.0.0.9", "is not an IP address"],
    ["10.0.0.010", "has a leading zero"],
    ["10.0.0.9/24", "is a network"],
    ["10.0.0.9:8300", "without port"],
    ["[2001:db8::1]", "without port and brackets"],
    ["fe80::1%eth0", "names an interface"],
    ["0.0.0.0", "stands for any address"],
    ["::", "stands for any address"],
    ["224.0.0.1", "multicast"],
    ["ff02::1", "multicast"],
    ["255.255.255.255", "broadcast"],
    ["127.0.0.1", "loopback"],
    ["::1", "loopback"],
    ["fe80::1", "link-local"],
    ["::ffff:10.0.0.9", 'write "10.0.0.9"'],
    [undefined, "is missing"],
    [167772161, "must be the IP address of the server, not a number"],
  ])("%j is refused", (address, reason) => {
    expect(problems(withSecond({ address }))).toContainEqual(
      expect.stringMatching(/^existing\.servers\[1\]\.address: /),
    );
    expect(problems(withSecond({ address })).join()).toContain(reason);
  });

  test("a repeated address is refused, also in another spelling", () => {
    expect(problems(withSecond({ address: "10.0.0.13" }))).toEqual([
      'existing.servers[2].address: "10.0.0.13" is the address of existing.servers[1] already',
    ]);
    const six = ["2001:db8::1", "2001:DB8:0:0:0:0:0:1", "2001:db8::3"];
    const args = existingArgs({
      existing: { servers: six.map((address, index) => existingServer(index, { address })) },
    });
    expect(problems(args)).toEqual([expect.stringContaining("existing.servers[1].address: ")]);
  });

  test("IPv4 and IPv6 do not mix", () => {
    expect(problems(withSecond({ address: "2001:db8::1" }))).toEqual([
      expect.stringContaining("are of different families"),
    ]);
  });

  test("a server alone may stand on the loopback", () => {
    const alone = { existing: { servers: [existingServer(1, { address: "127.0.0.1" })] } };
    expect(problems(alone)).toEqual([]);
  });

  test("an entry that is no object is told once", () => {
    const args = existingArgs();
    args.existing.servers[1] = "consul-2";
    expect(problems(args)).toEqual(["existing.servers[1]: must be an object, not a string"]);
  });
});
