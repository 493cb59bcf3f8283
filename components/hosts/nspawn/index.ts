import { perServer } from "../perServer/shape";
import { source } from "../source";
import type { NspawnArgs, NspawnMachineArgs } from "./args";
import { checkNspawn } from "./check";
import { nspawnHosts } from "./hosts";

/** Machines on this computer. */
export const nspawn = source<NspawnArgs, NspawnMachineArgs>({
  key: "nspawn",
  what: "machines on this computer",
  lists: { servers: "machines", clients: "machines" },
  isShared: true,
  shape: {
    machines: {
      listOf: {
        fields: {
          name: "string",
          address: "string",
          generation: "number?",
          wipeData: "string?",
          ...perServer,
        },
      },
    },
    image: "path",
    bridge: "string?",
    gateway: "string?",
    directory: "path?",
    user: "string?",
    share: "path?",
  },
  check: checkNspawn,
  make: (args, _, making) => nspawnHosts(args, making),
});
