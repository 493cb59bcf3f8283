import { type Problem, problem, show } from "./problem";
import { type Fields, fieldsOf, number, text } from "./values";

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

export const checkRotation = number((rotation, path) =>
  Number.isSafeInteger(rotation) && rotation >= 1
    ? []
    : problem(path, `${show(rotation)} is not a whole number from 1; the first key is 1`),
);

/** A key that is handed in is rotated by handing in another. */
export function checkOneWayToRotate(args: Fields): Problem[] {
  const { rotation } = fieldsOf(args.gossip);
  // An SDK of another language fills the default in.
  return args.gossipKey === undefined || (rotation ?? 1) === 1
    ? []
    : problem(
        "gossip.rotation",
        "is for a key that the component makes, and gossipKey is given; hand in another gossipKey to rotate",
      );
}
