import { type Problem, problem } from "./problem";
import { text } from "./values";

/** AES-128, AES-192 and AES-256: Consul checks the size only when it starts. */
const SIZES = [16, 24, 32];

/** Never shows the key, nor a part of it. */
export const checkGossipKey = text(checkKey, "the key in base64");

function checkKey(key: string, path: string): Problem[] {
  const advice = "`consul keygen` makes a good one";
  if (key === "") return problem(path, `is empty; leave it out to have one made, or ${advice}`);
  if (/\s/.test(key)) return problem(path, "holds white space or a line break; give the key alone");
  const bytes = Buffer.from(key, "base64");
  // Node skips what is not base64, Consul does not: the key must come out as it went in.
  if (bytes.toString("base64") !== key) {
    const hint = /[-_]/.test(key)
      ? " (`-` and `_` are of the URL form, `+` and `/` are meant)"
      : "";
    return problem(path, `is not base64 with its padding${hint}; ${advice}`);
  }
  return SIZES.includes(bytes.length)
    ? []
    : problem(path, `has ${bytes.length} bytes, Consul takes 16, 24 or 32; ${advice}`);
}
