import { problem, show } from "../validate/problem";
import { number } from "../validate/values";
import { departure } from "./agent";
import { extra } from "./extra";
import { identity } from "./identity";
import { listening } from "./listening";
import { release } from "./release";
import { group, setting, withDefault } from "./setting";

const { allowDowngradeTo: _, ...fetched } = release;
const { ports, addresses } = listening;

/** How many agents change at a time. */
export const CONCURRENCY = 5;

const checkConcurrency = number((concurrency, path) =>
  Number.isSafeInteger(concurrency) && concurrency >= 1
    ? []
    : problem(path, `${show(concurrency)} is no whole number from 1 on; 1 is one after the other`),
);

/** Rows of a client agent: those of a server that it has as well, some with another default. */
export const clientSettings = {
  ...fetched,
  ...identity,
  configDir: withDefault(identity.configDir, "/etc/consul.d/client"),
  recursors: extra.recursors,
  ports: group({
    dns: withDefault(ports.group.dns, 8600),
    http: withDefault(ports.group.http, 8500),
    serfLan: ports.group.serfLan,
  }),
  addresses: group({
    dns: withDefault(addresses.group.dns, "127.0.0.1"),
    http: withDefault(addresses.group.http, "127.0.0.1"),
  }),
  environment: extra.environment,
  extraConfig: extra.extraConfig,
  concurrency: setting({ type: "number", default: CONCURRENCY, check: checkConcurrency }),
  removeData: withDefault(departure.removeData, true),
};
