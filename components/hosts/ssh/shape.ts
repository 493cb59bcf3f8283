import type { Unwrap } from "@pulumi/pulumi";
import type { ShapesOf } from "../shape";
import type { BastionArgs, SshArgs } from "./args";

export const ssh = {
  port: "number?",
  user: "string?",
  privateKey: "secret?",
  privateKeyFile: "path?",
  hostKey: "string",
} as const satisfies ShapesOf<Unwrap<SshArgs>>;

export const bastion = {
  ...ssh,
  host: "string",
} as const satisfies ShapesOf<Unwrap<BastionArgs>>;
