import type { Unwrap } from "@pulumi/pulumi";
import type { ShapesOf } from "../shape";
import type { PerServerArgs } from "./args";

export const perServer = {
  nodeMeta: { mapOf: "string", optional: true },
  environment: { mapOf: "string", optional: true },
  extraConfig: { mapOf: "anything", optional: true },
} as const satisfies ShapesOf<Unwrap<PerServerArgs>>;
