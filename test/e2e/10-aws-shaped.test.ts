import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { renderUserData } from "../../components/hosts/aws/userData";
import { trustOf } from "../../components/steps/release/trust";
import { releaseInstaller } from "../../components/steps/scripts";
import { otherImageFile } from "../../lab/image/image";
import { ensureKeyPair } from "../../lab/machines/keyPair";
import { removeMachine } from "../../lab/machines/machines";
import { mirrorSettings } from "../../lab/mirror/mirror";
import { BareHosts } from "../support/bareHosts";
import { Disk } from "../support/disks";
import { machineRoot, power, ssh, sshOutput, testMachines } from "../support/machines";

// A machine as EC2 boots it: cloud-init reads our user data, and a volume is attached that outlives the machine.
//
// Does not prove that EC2 hands either of them over as this computer does, nor that systemd mounts the volume at
// a boot: in a container it leaves devices alone.

const machine = { name: "cloud-1", address: "198.18.77.71", image: otherImageFile };
const hosts = new BareHosts("cloud");
const volume = "vol-0123456789abcdef0";
let disk: Disk;

beforeAll(async () => {
  await hosts.create(machine);
  disk = await Disk.create("cloud-disk", "512M");
});

afterAll(async () => {
  await hosts.remove();
  await disk.remove();
});

const on = (command: string) => sshOutput("cloud", machine.name, command);

describe("user data", () => {
  test("give the machine the host key that its first connection expects, and no other", async () => {
    const file = join(testMachines, "keys/cloud/host");
    const publicKey = (await ensureKeyPair(file)).split(" ").slice(0, 2).join(" ");
    const before = await on("cut -d' ' -f1,2 /etc/ssh/ssh_host_ed25519_key.pub");
    await power("stop", machine.name);
    const hostKey = { privateKey: readFileSync(file, "utf8"), publicKey };
    seed(renderUserData({ hostKey, takesPort53: true }));
    hasResolver();
    await power("start", machine.name);
    // The connection itself checks the key; the machine's file tells which one it was.
    expect(await on("cloud-init status --wait | tail -n 1")).toBe("status: done");
    const now = await on("cut -d' ' -f1,2 /etc/ssh/ssh_host_ed25519_key.pub");
    expect([now, now === before]).toEqual([publicKey, false]);
    const keys = readdirSync(join(machineRoot(machine.name), "etc/ssh")).filter((name) =>
      /^ssh_host_.*key$/.test(name),
    );
    expect(keys).toEqual(["ssh_host_ed25519_key"]);
    expect(await on("sudo cloud-init schema --system 2>&1 | grep -i 'user-data'")).toMatch(
      /[Vv]alid/,
    );
  });

  test("leave port 53 to Consul, and the machine a resolver", async () => {
    expect(await on("systemctl is-active systemd-resolved; sudo ss -Hlntu 'sport = :53'")).toBe(
      "active",
    );
    expect(await on("readlink /etc/resolv.conf")).toBe("/run/systemd/resolve/resolv.conf");
    expect(await on("test -r /etc/resolv.conf && echo there")).toBe("there");
  });
});

/** As images of clouds have it: the system's resolver listens on 127.0.0.53, and programs ask it. */
function hasResolver(): void {
  const etc = join(machineRoot(machine.name), "etc");
  const unit = "/usr/lib/systemd/system/systemd-resolved.service";
  symlinkSync(unit, join(etc, "systemd/system/sysinit.target.wants/systemd-resolved.service"));
  rmSync(join(etc, "resolv.conf"));
  symlinkSync("../run/systemd/resolve/stub-resolv.conf", join(etc, "resolv.conf"));
}

/** Lays the user data where cloud-init looks for them without a cloud, and lets it start. */
function seed(userData: string): void {
  const root = machineRoot(machine.name);
  const folder = join(root, "var/lib/cloud/seed/nocloud");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "user-data"), userData);
  writeFileSync(join(folder, "meta-data"), "instance-id: i-0123456789abcdef0\n");
  writeFileSync(
    join(root, "etc/cloud/cloud.cfg.d/99-lab.cfg"),
    "datasource_list: [NoCloud]\nnetwork: { config: disabled }\n",
  );
  rmSync(join(root, "etc/cloud/cloud-init.disabled"));
}

describe("the data volume", () => {
  test("is made a file system, mounted at the data folder, and belongs to consul", async () => {
    await disk.attach(machine.name, volume);
    const { code, stderr } = await stage();
    expect([code, stderr]).toEqual([0, expect.stringContaining(`${volume} made an ext4`)]);
    expect(stderr).toContain(`volume ${volume} mounted on /var/consul`);
    expect(await on("findmnt -no FSTYPE,OPTIONS /var/consul")).toMatch(/^ext4 .*noatime/);
    expect(await on("stat -c '%U:%G %a' /var/consul")).toBe("consul:consul 700");
    expect(await on("grep -c /var/consul /etc/fstab")).toBe("1");
    await on("sudo -u consul sh -c 'echo precious >/var/consul/node-id'");
  });

  test("is left as it is by a second run", async () => {
    expect(await stage()).toMatchObject({ code: 0, stderr: expect.not.stringContaining("ext4") });
    expect(await on("sudo cat /var/consul/node-id; grep -c /var/consul /etc/fstab")).toBe(
      "precious\n1",
    );
  });

  test("comes to a new machine with its data, which are this cluster's, also by the mark of 0.1.0", async () => {
    await on("echo consul-cluster.prod.prod | sudo tee /var/consul/.consul-cluster");
    // Another image may give the user another number.
    await on("sudo chown -R 4242:4242 /var/consul");
    await removeMachine(machine.name, testMachines);
    await hosts.create(machine);
    await disk.attach(machine.name, volume);
    expect(await stage()).toMatchObject({ code: 0, stderr: expect.not.stringContaining("ext4") });
    expect(await on("sudo cat /var/consul/node-id")).toBe("precious");
    expect(await on("sudo cat /var/consul/.consul-cluster")).toBe(owner);
    expect(await on("sudo find /var/consul ! -user consul ! -name .consul-cluster")).toBe("");
  });

  test("of another cluster is refused, and kept", async () => {
    // A machine that is new in all but its volume: what this library has made on it is gone.
    const ours = "/var/lib/consul-cluster /usr/local/lib/consul";
    await on(`sudo umount /var/consul; sudo rm -rf ${ours}; sudo userdel consul`);
    const { code, stderr } = await stage("consul-cluster.prod.other", "fedcba9876543210");
    expect(code).toBe(1);
    expect(stderr).toContain("/var/consul holds data that is not of this cluster");
    expect(await on("sudo cat /var/consul/node-id")).toBe("precious");
  });

  test("that holds something else is not overwritten", async () => {
    await on("sudo umount /var/consul");
    await disk.format("mkswap");
    const { code, stderr } = await stage();
    expect(code).toBe(1);
    expect(stderr).toContain(`the volume ${volume} holds swap, not ext4; nothing was changed`);
  });
});

const owner = "0123456789abcdef";

/** The step that makes a host ready, as the component runs it. */
function stage(cluster = "consul-cluster.prod.prod", id = owner) {
  const { mirror, signingKeyFile } = mirrorSettings;
  const trust = trustOf({ signingKey: "", signingKeyFile, sha256: {} });
  const settings = {
    name: machine.name,
    version: "1.22.0",
    mirror,
    signingKey: trust.signingKey,
    address: machine.address,
    dataDir: "/var/consul",
    configDir: "/etc/consul.d/server",
    tcp: "8300,8301",
    udp: "8301",
    dataVolume: volume,
    cluster,
  };
  const words = Object.entries(settings).map(([key, value]) => `${key}=${value}`);
  const text = `OWNER_ID='${id}'\nOWNER_NAME='consul-cluster/prod/consul'\n${trust.key}${releaseInstaller()}`;
  return ssh("cloud", machine.name, `sudo -n sh -s -- ${words.join(" ")}`, text);
}
