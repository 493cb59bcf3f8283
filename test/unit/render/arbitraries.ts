import fc from "fast-check";
import type { PlainArgs } from "../../../components/cluster/args";
import { validate } from "../../../components/validate";
import { servers } from "./cases";

const addressOf: Record<string, (n: number) => string> = {
  ipv4: (n) => `10.${n >> 16}.${(n >> 8) & 255}.${(n & 255) + 1}`,
  ipv6: (n) => `2001:db8::${(n + 1).toString(16)}`,
};

/** One, three, five or seven servers with different addresses of one family. */
export const hosts = fc
  .tuple(
    fc.constantFrom(1, 3, 5, 7),
    fc.constantFrom("ipv4", "ipv6"),
    fc.uniqueArray(fc.nat(0xfffe), { minLength: 7, maxLength: 7 }),
  )
  .map(([count, family, numbers]) =>
    servers(...numbers.slice(0, count).map(addressOf[family] as (n: number) => string)),
  );

/** Consul's names and invented ones; of those with a dot the first part is the object around them. */
const keys = [
  "autopilot cleanup_dead_servers last_contact_threshold",
  "performance leave_drain_time rpc_hold_timeout raft_multiplier",
  "ports sidecar_min_port sidecar_max_port http",
  "addresses https grpc dns",
  "dns_config node_ttl soa service_ttl",
  "ui_config metrics_provider dir enabled",
  "limits rpc_rate rpc_max_burst request_limits kv_max_value_size txn_max_req_len",
  "node_meta rack Rack",
  "telemetry prefix_filter",
].map((line) => line.split(" ") as [string, ...string[]]);

const name = fc.stringMatching(/^[a-z][a-z0-9_]{0,9}$/);

/** Anything that a user may write under `extraConfig`; only what validation lets through. */
export const extraConfig = fc
  .tuple(
    fc.dictionary(name, fc.jsonValue({ maxDepth: 3 }), { maxKeys: 4 }),
    fc.dictionary(fc.constantFrom("log_level", "services", "watches", "limits"), fc.jsonValue()),
    ...keys.map(([group, ...members]) =>
      fc.option(
        fc
          .dictionary(fc.oneof(fc.constantFrom(...members), name), fc.jsonValue({ maxDepth: 2 }), {
            maxKeys: 3,
          })
          .map((object) => ({ [group]: object })),
        { nil: {} },
      ),
    ),
  )
  .map((parts) => Object.assign({}, ...parts) as Record<string, unknown>)
  .map(withoutProblems);

/** Drops the settings that validation complains of, so that few cases are thrown away. */
function withoutProblems(config: Record<string, unknown>): Record<string, unknown> {
  const args: PlainArgs = { existing: servers("10.0.0.11"), extraConfig: config };
  const wrong = validate(args).map(({ path }) =>
    path.replace(/^extraConfig\.([a-z0-9_]+).*$/s, "$1"),
  );
  return Object.fromEntries(Object.entries(config).filter(([key]) => !wrong.includes(key)));
}

/** One line of text, as an environment variable may hold; quotes and backslashes more often than by chance. */
const line = fc
  .array(
    fc.oneof(
      fc.constantFrom('"', "'", "\\", "$", "`", " ", "\t", "#", "=", "%"),
      fc.string({ unit: "grapheme", maxLength: 4 }),
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join("").replace(/[\n\r\0]/g, ""));

/** The prefix keeps away from names that mean something to a shell, the oracle of one test. */
export const environment = fc.dictionary(
  fc.stringMatching(/^[A-Za-z0-9_]{1,8}$/).map((rest) => `V_${rest}`),
  line,
  { maxKeys: 5 },
);

export const plainArgs: fc.Arbitrary<PlainArgs> = fc.record({
  existing: hosts,
  extraConfig,
  environment,
});
