// A source of hosts as somebody would add one: this folder, without schema.ts, would be components/hosts/rack.
import { secret } from "@pulumi/pulumi";
import { dialing } from "../../../../components/hosts/host";
import { source } from "../../../../components/hosts/source";
import { problem, show } from "../../../../components/validate/problem";
import { each, type Fields, fieldsOf, text } from "../../../../components/validate/values";
import type { RackArgs, RackHostArgs } from "./args";

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
