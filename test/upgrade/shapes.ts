import { readFileSync } from "node:fs";
import { removeMachine } from "../../lab/machines/machines";
import { mirrorSettings } from "../../lab/mirror/mirror";
import { BareHosts, inside } from "../support/bareHosts";
import { testMachines } from "../support/machines";
import { nspawnSettings, type Settings } from "../support/stack";

/** A cluster as people have one: what it stands on, and its settings. */
export interface Shape {
  name: string;
  servers: string[];
  /** Login user. @default "admin" */
  user?: string;
  /** Makes the hosts that stand before the stack does; a secret goes into the settings by `encrypted`. */
  settings(encrypted: Encrypt): Promise<Settings>;
  /** Takes those hosts away. */
  remove(): Promise<void>;
}

type Encrypt = (value: string) => Promise<{ secure: string }>;

/** Three hosts, a login user whose sudo asks for nothing, some settings of one's own. */
function existing(): Shape {
  const hosts = new BareHosts("existing");
  const servers = ["a", "b", "c"].map((letter, index) => ({
    name: `consul-${letter}`,
    address: `198.18.77.${81 + index}`,
  }));
  return {
    name: "existing",
    servers: servers.map(({ name }) => name),
    async settings(encrypted) {
      const made = await hosts.create(...servers);
      const privateKey = await encrypted(readFileSync(hosts.keyFile, "utf8"));
      return {
        existing: {
          servers: servers.map((server, index) => ({
            ...server,
            hostKey: made[index]?.hostKey,
            user: "admin",
            privateKey,
          })),
        },
        ...mirrorSettings,
        datacenter: "berlin",
        recursors: ["198.18.77.1"],
        environment: { GOMAXPROCS: "2" },
        extraConfig: { limits: { http_max_conns_per_client: 300 } },
      };
    },
    remove: () => hosts.remove(),
  };
}

/** One host behind a bastion, whose sudo asks for a password, and a gossip key that was handed in. */
function behindADoor(): Shape {
  const hosts = new BareHosts("behind-a-door");
  const bastion = { name: "upgrade-door", address: "198.18.77.84" };
  const server = { name: "consul-d", address: "198.18.77.85" };
  const user = "ec2-user";
  const password = "a password of a machine that is gone";
  return {
    name: "behind-a-door",
    servers: [server.name],
    user,
    async settings(encrypted) {
      const [door, host] = await hosts.create(bastion, { ...server, user });
      await inside(server.name, "chpasswd", `${user}:${password}\n`);
      await inside(server.name, `echo '${user} ALL=(ALL) ALL' >/etc/sudoers.d/90-${user}`);
      const privateKey = await encrypted(readFileSync(hosts.keyFile, "utf8"));
      return {
        existing: {
          servers: [
            {
              ...server,
              hostKey: host?.hostKey,
              user,
              privateKey,
              sudoPassword: await encrypted(password),
              bastion: { host: bastion.address, hostKey: door?.hostKey, user: "admin", privateKey },
            },
          ],
        },
        ...mirrorSettings,
        gossipKey: await encrypted(Buffer.alloc(32, "a key of a cluster gone").toString("base64")),
      };
    },
    remove: () => hosts.remove(),
  };
}

/** The dev stack, on machines of its own. */
function nspawn(): Shape {
  const machines = {
    "consul-e": "198.18.77.86",
    "consul-f": "198.18.77.87",
    "consul-g": "198.18.77.88",
  };
  return {
    name: "nspawn",
    servers: Object.keys(machines),
    settings: async () => nspawnSettings(machines),
    // Where the stack has been destroyed, they are gone already.
    async remove() {
      for (const name of Object.keys(machines)) await removeMachine(name, testMachines);
    },
  };
}

export const shapes: Shape[] = [existing(), behindADoor(), nspawn()];
