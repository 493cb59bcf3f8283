import type { Unwrap } from "@pulumi/pulumi";
import { changed } from "./shape";
import type { NamedHost, Role, Source } from "./source";
import sources from "./sources";

/** The source that is given, with what is said of it. */
interface Given {
  source: Source;
  args: object;
  hosts: readonly NamedHost[];
}

/** Those that have hosts for servers, or for clients. */
export function sourcesOf(role: Role): Source[] {
  return sources.filter(({ lists }) => lists[role] !== undefined);
}

/** Validation has seen to it that there is exactly one. */
export function givenSource(args: object, role: Role): Given | undefined {
  const said = args as Record<string, Record<string, unknown> | undefined>;
  return sourcesOf(role)
    .map((source) => ({ source, given: said[source.key] }))
    .flatMap(({ source, given }) => {
      const hosts = given?.[source.lists[role] ?? ""];
      return given && Array.isArray(hosts) ? [{ source, args: given, hosts }] : [];
    })[0];
}

/** What plain arguments say of each host, in their order. */
export function namedHosts(args: object, role: Role): Unwrap<NamedHost>[] {
  return [...(givenSource(args, role)?.hosts ?? [])] as Unwrap<NamedHost>[];
}

/** What logs in, or is secret, is not what settings are rendered from. */
export function withoutLogins<Args extends object>(args: Args): Args {
  const said = args as Record<string, object | undefined>;
  const rest = sources.flatMap((source) => {
    const given = said[source.key];
    if (!given) return [];
    return [[source.key, source.withoutLogin?.(given) ?? withoutSecrets(given, source)]];
  });
  return { ...args, ...Object.fromEntries(rest) };
}

function withoutSecrets(given: object, { shape }: Source): object {
  return changed(given, shape, "secret", () => undefined);
}
