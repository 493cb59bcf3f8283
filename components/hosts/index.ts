import { givenSource } from "./given";
import type { Host } from "./host";
import type { Making, Role } from "./source";

/** The hosts, from the source that is given. */
export function hostsOf(args: object, role: Role, making: Making): Host[] {
  const given = givenSource(args, role);
  return given ? given.source.make(given.args, given.hosts, making) : [];
}
