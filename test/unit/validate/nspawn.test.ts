import { describe, expect, test } from "vitest";
import { type Anything, nspawnArgs, problems } from "./support";

function machines(...addresses: string[]) {
  return addresses.map((address, index) => ({ name: `m-${index}`, address }));
}

function nspawn(changes: Anything) {
  return { nspawn: { ...nspawnArgs().nspawn, ...changes } };
}

describe("the machines' network", () => {
  test.each([
    ["198.18.78.11", "is outside of the gateway's network"],
    ["198.18.77.1", "is the gateway's own address"],
    ["198.18.77.0", "is the address of the network itself"],
    ["198.18.77.255", "is the broadcast address of the network"],
  ])("%j is refused with the default gateway", (address, reason) => {
    const args = nspawn({ machines: machines(address, "198.18.77.12", "198.18.77.13") });
    expect(problems(args)).toEqual([expect.stringContaining(reason)]);
  });

  test("follows the gateway that is given", () => {
    const args = (gateway: string) =>
      nspawn({ gateway, machines: machines("10.9.0.2", "10.9.1.255", "10.9.3.254") });
    expect(problems(args("10.9.0.1/22"))).toEqual([]);
    expect(problems(args("10.9.0.1/24"))).toHaveLength(2);
    expect(problems(nspawn({ gateway: "10.9.0.1/30", machines: machines("10.9.0.2") }))).toEqual(
      [],
    );
  });

  test.each([
    ["198.18.77.1", "is not an address with its prefix length"],
    ["198.18.77.1/33", "is not an address with its prefix length"],
    ["198.18.77.01/24", "is not an address with its prefix length"],
    ["gateway/24", "is not an address with its prefix length"],
    ["198.18.77.1/31", "leaves no fitting room"],
    ["0.0.0.0/0", "leaves no fitting room"],
    ["198.18.77.0/24", "is the address of the network itself"],
    ["198.18.77.255/24", "is the broadcast address"],
    ["127.0.0.1/24", "is a loopback address"],
    [24, "must be an address with its prefix length, not a number"],
  ])("the gateway %j is refused, once", (gateway, reason) => {
    expect(problems(nspawn({ gateway }))).toEqual([expect.stringMatching(/^nspawn\.gateway: /)]);
    expect(problems(nspawn({ gateway }))[0]).toContain(reason);
  });
});

describe("bridge, user, generation", () => {
  test.each(["ccbr0", "br-lab", "a", "b".repeat(15)])("the bridge %j is accepted", (bridge) => {
    expect(problems(nspawn({ bridge }))).toEqual([]);
  });

  test.each(["", "b".repeat(16), "br 0", "br/0", "0br", "-br", "lo", "all", "default", 5])(
    "the bridge %j is refused",
    (bridge) => {
      expect(problems(nspawn({ bridge }))).toEqual([expect.stringMatching(/^nspawn\.bridge: /)]);
    },
  );

  test.each(["admin", "_ops", "deploy-2"])("the user %j is accepted", (user) => {
    expect(problems(nspawn({ user }))).toEqual([]);
  });

  test.each([
    "root",
    "consul",
    "sshd",
    "systemd-network",
    "Admin",
    "2x",
    "",
    "a b",
    "u".repeat(33),
  ])("the user %j is refused", (user) => {
    expect(problems(nspawn({ user }))).toEqual([expect.stringMatching(/^nspawn\.user: /)]);
  });

  test.each([0, -1, 1.5, Number.NaN, "2"])("the generation %j is refused", (generation) => {
    const [first, ...rest] = nspawnArgs().nspawn.machines;
    const args = nspawn({ machines: [{ ...first, generation }, ...rest] });
    expect(problems(args)).toEqual([expect.stringMatching(/^nspawn\.machines\[0\]\.generation: /)]);
  });

  test.each([1, 2])("the generation %j is accepted", (generation) => {
    const [first, ...rest] = nspawnArgs().nspawn.machines;
    expect(problems(nspawn({ machines: [{ ...first, generation }, ...rest] }))).toEqual([]);
  });
});

describe("files and folders of this computer", () => {
  const onlyImage = { exists: (path: string) => path === "/srv/image.tar" };

  test("the image must exist, where somebody can look", () => {
    expect(problems(nspawn({}), onlyImage)).toEqual([]);
    expect(problems(nspawn({ image: "/srv/other.tar" }))).toEqual([]);
    expect(problems(nspawn({ image: "/srv/other.tar" }), onlyImage)).toEqual([
      'nspawn.image: the image "/srv/other.tar" does not exist on this computer',
    ]);
    expect(problems(nspawn({ share: "/srv/release" }), onlyImage)).toEqual([
      'nspawn.share: the folder "/srv/release" does not exist on this computer',
    ]);
  });

  test.each([
    ["image", undefined, "is missing"],
    ["image", "image.tar", "is not an absolute path"],
    ["image", "~/image.tar", "is not expanded"],
    ["image", "/srv/my image.tar", "letters, digits and"],
    ["directory", "machines", "is not an absolute path"],
    ["directory", "/var/lib", "is a folder of the system"],
    ["directory", "/srv/../etc", "write it straight"],
    ["share", "/", "is a folder of the system"],
    ["share", "/usr/lib/consul", "is inside /usr/lib"],
    ["share", "/srv/a:b", "letters, digits and"],
    ["share", "/var/lib/consul-cluster", "their login key"],
  ])("%s %j is refused", (field, value, reason) => {
    const found = problems(nspawn({ [field]: value }));
    expect(found).toEqual([expect.stringContaining(`nspawn.${field}: `)]);
    expect(found[0]).toContain(reason);
  });

  test("a share above the machines' folder shows them their login key", () => {
    const args = nspawn({ share: "/srv/lab", directory: "/srv/lab/machines" });
    expect(problems(args)).toEqual([expect.stringContaining("nspawn.share: ")]);
    expect(problems(nspawn({ share: "/srv/lab", directory: "/srv/lab2" }))).toEqual([]);
  });
});
