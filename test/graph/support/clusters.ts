import { type ComponentResourceOptions, Output } from "@pulumi/pulumi";
import { ConsulCluster, type ConsulClusterArgs } from "../../../components/index";
import { tlsFile } from "../../support/tlsFiles";
import { type Recording, type Registered, record } from "./recorder";
import { reveal, type Values } from "./values";

function sshFields(...fields: (string | Buffer)[]): Buffer {
  return Buffer.concat(
    fields.flatMap((field) => {
      const bytes = Buffer.from(field as string);
      const length = Buffer.alloc(4);
      length.writeUInt32BE(bytes.length);
      return [length, bytes];
    }),
  );
}

/** A text in the form of a private key: the component hands it on, nobody here logs in with it. */
export function privateKey(id: number): string {
  const blob = Buffer.concat([
    Buffer.from("openssh-key-v1\0"),
    sshFields("none", "none", "", Buffer.alloc(64, `private-${id}-`)),
  ]);
  const body = blob.toString("base64");
  return `-----BEGIN OPENSSH PRIVATE KEY-----\n${body}\n-----END OPENSSH PRIVATE KEY-----\n`;
}

/** The part of a private key that no other has: what one looks for where it must not be. */
export function heartOf(key: string): string {
  return key.split("\n")[1]?.slice(60) as string;
}

function hostKey(id: number): string {
  return `ssh-ed25519 ${sshFields("ssh-ed25519", Buffer.alloc(32, id + 1)).toString("base64")}`;
}

/** What the mocked commands print. */
export const madeKey = Buffer.alloc(32, "made").toString("base64");
export const givenKey = Buffer.alloc(32, "given").toString("base64");
export const madeSeed = Buffer.alloc(32, "seed").toString("base64");
/** A CA: its private key, then its certificate. */
export const madeCa = tlsFile("ca.key") + tlsFile("ca.pem");
/** Another one; nothing is signed with this key. */
const otherMadeCa = tlsFile("server.key") + tlsFile("other-ca.pem");
export const madeCertificate = `1 names\n${tlsFile("server.key")}${tlsFile("server.pem")}`;
export const madeOwner = "0123456789abcdef";
export const loginKey = privateKey(99);
export const loginPublicKey = hostKey(99);

/** What a ready step prints of agents that are well, on hosts whose login shells have something to say, too. */
export function readyText(agents: string[]): string {
  const nodes = agents.map((name) => `node ${name} id-of-${name}`);
  return ["welcome!", "consul-cluster: begin", ...nodes, "consul-cluster: end"].join("\n");
}

export const names = (count: number) => Array.from({ length: count }, (_, i) => `consul-${i + 1}`);

export function nspawn(
  more: Partial<NonNullable<ConsulClusterArgs["nspawn"]>> = {},
): ConsulClusterArgs {
  const machines = names(3).map((name, i) => ({ name, address: `198.18.77.${11 + i}` }));
  // The image is only looked for; any file will do.
  return { nspawn: { machines, image: "/bin/sh", ...more } };
}

export type Server = NonNullable<ConsulClusterArgs["existing"]>["servers"][number];

/** Hosts that differ in how they are reached: the first one as root, the last one through a bastion. */
export function servers(count = 3): Server[] {
  return names(count).map((name, i): Server => {
    const server = {
      name,
      address: `10.0.0.${11 + i}`,
      hostKey: hostKey(i),
      privateKey: privateKey(i),
    };
    if (i === 0) return server;
    const admin = { ...server, user: "admin" };
    if (i < count - 1) return admin;
    const host = "bastion.example";
    return { ...admin, bastion: { host, hostKey: hostKey(50), privateKey: privateKey(50) } };
  });
}

export function existing(count = 3): ConsulClusterArgs {
  return { existing: { servers: servers(count) } };
}

function stdoutOf(args: ConsulClusterArgs): (name: string) => string {
  const servers = args.nspawn?.machines ?? args.existing?.servers;
  // Wrong ones, in tests of what is refused, may be no list.
  const all = Array.isArray(servers) ? servers.map((server) => server?.name) : [];
  return (name) => {
    // The rotation that the key was made for, then the key.
    if (name.endsWith("-gossip-key")) return `1 ${madeKey}`;
    if (name.endsWith("-acl-seed")) return madeSeed;
    if (name.endsWith("-tls-ca")) return madeCa;
    if (name.endsWith("-tls-ca-2")) return otherMadeCa;
    if (name.endsWith("-certificate")) return madeCertificate;
    // The private key, an empty line, the public key.
    if (name.endsWith("-login-key")) return `${loginKey}\n${loginPublicKey}`;
    if (name.endsWith("-machine")) {
      const index = all.findIndex((server) => name.includes(`-${server}-`));
      return JSON.stringify({ machineId: `machine-${index}`, hostKey: hostKey(index) });
    }
    if (name.endsWith("-owner")) return madeOwner;
    if (name.endsWith("-ready")) return readyText(all);
    return "";
  };
}

export interface Cluster extends Recording<ConsulCluster> {
  /** The resource of this name; an error where there is none. */
  get(name: string): Registered;
  commands: Registered[];
}

interface Options {
  /** Of the component; `c` where nothing is said. */
  name?: string;
  preview?: boolean;
  opts?: ComponentResourceOptions;
  /** Other commands of the same program, or the same ones with other words. */
  stdout?: Record<string, string>;
  /** Resources with another id than `NAME-id`. */
  ids?: Record<string, string>;
}

const known = new Map<string, Promise<Cluster>>();

/** The graph of a program that makes one cluster; of the same program it is the same one. */
export function clusterOf(
  args: ConsulClusterArgs | (() => ConsulClusterArgs),
  options: Options = {},
): Promise<Cluster> {
  const program = asText([args, options]);
  const found = program === undefined ? undefined : known.get(program);
  if (found) return found;
  const cluster = freshClusterOf(args, options);
  if (program !== undefined) known.set(program, cluster);
  return cluster;
}

/** A plain value as a text; nothing for what holds functions or outputs, which no text tells apart. */
function asText(value: unknown): string | undefined {
  const isPlain = (part: unknown): boolean =>
    typeof part !== "function" &&
    !Output.isInstance(part) &&
    (typeof part !== "object" || part === null || Object.values(part).every(isPlain));
  return isPlain(value) ? JSON.stringify(value) : undefined;
}

/** The graph of a program, made anew. */
export async function freshClusterOf(
  args: ConsulClusterArgs | (() => ConsulClusterArgs),
  { name = "c", preview, opts, stdout = {}, ids }: Options = {},
): Promise<Cluster> {
  let prints = (_: string) => "";
  const recording = await record(
    () => {
      const given = typeof args === "function" ? args() : args;
      prints = stdoutOf(given);
      return new ConsulCluster(name, given, opts);
    },
    { preview, ids, stdout: (command) => stdout[command] ?? prints(command) },
  );
  return {
    ...recording,
    commands: recording.resources.filter(({ type }) => type.startsWith("command:")),
    get(wanted) {
      const found = recording.resources.find((resource) => resource.name === wanted);
      if (!found) throw new Error(`no resource is named ${wanted}`);
      return found;
    },
  };
}

/** An input as a text, whether or not it is secret. */
export function textOf(resource: Registered, input: string): string {
  const value = reveal((resource.inputs as Values)[input]);
  if (typeof value !== "string") throw new Error(`${resource.name}.${input} is no text`);
  return value;
}
