// A cluster on three hosts that stand already, inside of a larger stack. Type-checked by `npm test`.
import { Config } from "@pulumi/pulumi";
import { ConsulCluster } from "../components/index";

const config = new Config();
const hostKeys = config.requireObject<Record<string, string>>("hostKeys");

const consul = new ConsulCluster("prod", {
  version: "1.22.0",
  existing: {
    servers: ["a", "b", "c"].map((zone, i) => ({
      name: `consul-${zone}`,
      address: `192.0.2.1${i}`,
      user: "admin",
      privateKey: config.requireSecret("sshKey"),
      hostKey: hostKeys[zone] ?? "",
    })),
  },
  recursors: ["192.0.2.53"],
});

/** Known at once. */
export const api = consul.httpAddresses;

/** Known when there is a leader and three healthy voters. */
export const ready = consul.ready;
