import type { Row } from "./config";

/** What one server says of its own, by the source that it comes from. */
export const wrongPerServer: Row[] = [
  "nspawn.machines[1]",
  "existing.servers[1]",
  "aws.servers[1]",
].flatMap((server): Row[] => [
  {
    at: `${server}.nodeMeta.consul-rack`,
    is: "r7",
    says: [
      `${server}.nodeMeta.consul-rack: begins with \`consul-\`, which Consul keeps for itself; give another key`,
    ],
  },
  {
    at: `${server}.environment.GOMAXPROCS`,
    is: 2,
    says: [`${server}.environment.GOMAXPROCS: must be a string, not a number; put it in quotes`],
  },
  {
    at: `${server}.extraConfig.bind_addr`,
    is: "10.0.0.1",
    says: [
      `${server}.extraConfig.bind_addr: is governed by this component: it is the \`address\` of the machine or server`,
    ],
  },
]);
