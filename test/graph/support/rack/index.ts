// A source of hosts as somebody would add one: this file would be components/hosts/rack/index.ts.
import { type Input, secret } from "@pulumi/pulumi";
import { dialing } from "../../../../components/hosts/host";
import { source } from "../../../../components/hosts/source";
import { problem, show } from "../../../../components/validate/problem";
import { each, type Fields, fieldsOf, text } from "../../../../components/validate/values";

/** Hosts of a rack, which all take the same key. */
export interface RackArgs {
  /** One server per host. */
  servers: RackHostArgs[];
  /** Private key of all of them. */
  privateKey: Input<string>;
  /** Path of the rack's plan on this computer. @default none */
  plan?: Input<string>;
}

export interface RackHostArgs {
  /** Name of the server on this host. */
  name: string;
  /** The server's own IP address. */
  address: Input<string>;
  /** Height unit, such as `U12`. */
  unit: Input<string>;
  /** The host's public key. */
  hostKey: Input<string>;
}

export interface RackSource {
  /** Hosts of a rack. */
  rack?: RackArgs;
}

const checkUnit = text((unit, path) =>
  /^U\d+$/.test(unit) ? [] : problem(path, `${show(unit)} is no height unit; give one such as U12`),
);

export const rack = source<RackArgs, RackHostArgs>({
  key: "rack",
  what: "hosts of a rack",
  lists: { servers: "servers", clients: "servers" },
  shape: {
    servers: {
      listOf: { fields: { name: "string", address: "string", unit: "string", hostKey: "string" } },
    },
    privateKey: "secret",
    plan: "path?",
  },
  check: (_: Fields, hosts) =>
    hosts.flatMap(({ path, entry }) => each(fieldsOf(entry), path, { unit: checkUnit })),
  make: ({ privateKey }, hosts) =>
    hosts.map(({ name, address, hostKey }) => {
      const login = { host: address, port: 22, user: "root", privateKey: secret(privateKey) };
      return {
        name,
        address,
        user: "root",
        connection: { ...login, hostKey, ...dialing },
        stays: true,
      };
    }),
});
