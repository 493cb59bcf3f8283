import type { Unwrap } from "@pulumi/pulumi";
import type { PerServerArgs } from "../hosts/perServer/args";
import { merge } from "../render/json";
import { perServer } from "../settings/perServer";
import { type Planned, planned } from "../settings/planned";

/** What a server, or a client agent, has of its own, with every default filled in. */
export type OwnSettings = Planned<typeof perServer>;

/** Of a server about which nothing is said. */
export const NOTHING_OWN: OwnSettings = planned(perServer, {});

export function ownSettings(entry: Unwrap<PerServerArgs>): OwnSettings {
  const { nodeMeta, environment, extraConfig } = entry;
  return planned(perServer, { nodeMeta, environment, extraConfig });
}

/** What is said of them in an entry of a source, and nothing else of it: how a host is logged in to is secret. */
export function saidOfOne(entry: PerServerArgs): PerServerArgs {
  const said = Object.keys(perServer) as (keyof PerServerArgs)[];
  return Object.fromEntries(
    said.flatMap((name) => (entry[name] === undefined ? [] : [[name, entry[name]]])),
  );
}

interface OfAll {
  environment: Record<string, string>;
  extraConfig: Record<string, unknown>;
}

/** The settings of all, with those of this one laid over: objects key by key, anything else as a whole. */
export function withOwn<Plan extends OfAll>(plan: Plan, own: OwnSettings): Plan {
  const { nodeMeta, environment, extraConfig } = own;
  const meta = Object.keys(nodeMeta).length === 0 ? {} : { node_meta: nodeMeta };
  return {
    ...plan,
    environment: { ...plan.environment, ...environment },
    extraConfig: merge(merge(plan.extraConfig, extraConfig), meta),
  };
}
