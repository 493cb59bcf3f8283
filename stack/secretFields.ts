import { namesOf } from "../components/hosts/shape";
import sources from "../components/hosts/sources";

/** Settings and fields that stand encrypted in a stack file, or not at all. */
export const SECRET_FIELDS: readonly string[] = [
  "gossipKey",
  "caKey",
  "managementToken",
  // Of a server's certificate; hosts have others.
  "privateKey",
  ...sources.flatMap(({ shape }) => namesOf(shape, "secret")),
];
