import { saidOfOne } from "../../cluster/perServer";
import { fieldsOf, itemsOf } from "../../validate/values";
import { perServer } from "../perServer/shape";
import { source } from "../source";
import { bastion, ssh } from "../ssh/shape";
import type { ExistingArgs, ExistingServerArgs } from "./args";
import { checkExisting } from "./check";
import { existingHosts } from "./hosts";

/** Hosts that stand already. */
export const existing = source<ExistingArgs, ExistingServerArgs>({
  key: "existing",
  what: "your hosts",
  lists: { servers: "servers", clients: "hosts" },
  isShared: true,
  shape: {
    servers: {
      listOf: {
        fields: {
          ...ssh,
          name: "string",
          address: "string",
          sshHost: "string?",
          sudoPassword: "secret?",
          generation: "number?",
          wipeData: "string?",
          ...perServer,
          bastion: { fields: bastion, optional: true },
        },
      },
    },
  },
  check: (_, hosts, files) => checkExisting(hosts, files),
  withoutLogin: (given) =>
    Object.fromEntries(
      Object.entries(given).map(([list, hosts]) => [list, itemsOf(hosts).map(withoutLogin)]),
    ),
  make: (_, hosts) => existingHosts(hosts),
});

function withoutLogin(host: unknown): object {
  const { name, address, hostKey, wipeData } = fieldsOf(host);
  return {
    name,
    address,
    hostKey,
    ...(wipeData !== undefined && { wipeData }),
    ...saidOfOne(fieldsOf(host)),
  };
}
