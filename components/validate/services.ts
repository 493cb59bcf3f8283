import { canonicalAddress } from "./address";
import { checkDuration, checkInterval } from "./duration";
import { checkSshHost, MAX_LABEL } from "./names";
import { checkPort } from "./port";
import { type Problem, problem, show } from "./problem";
import {
  bool,
  type Check,
  each,
  type Fields,
  fieldsOf,
  itemsOf,
  list,
  object,
  optional,
  repeats,
  text,
} from "./values";

/** Services of a client agent, each by itself and all together. */
export function checkServices(args: Fields): Problem[] {
  const services = itemsOf(args.services).map((entry, index) => ({
    ...fieldsOf(entry),
    path: `services[${index}]`,
  }));
  const twice = repeats(services, ({ id, name }: Fields) => {
    const own = id ?? name;
    return typeof own === "string" ? own : undefined;
  });
  return [
    ...optional(list(eachItem(checkService)))(args.services, "services"),
    ...twice.flatMap(({ item, first }) =>
      problem(
        item.path,
        `has the id of ${first.path} already; give each an id of its own, which is the name by default`,
      ),
    ),
  ];
}

function eachItem(check: Check) {
  return (items: unknown[], path: string) =>
    items.flatMap((item, index) => check(item, `${path}[${index}]`));
}

/** It becomes a label in Consul's DNS; Consul itself only warns. */
const checkName = text((name, path) =>
  /^[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?$/.test(name) && name.length <= MAX_LABEL
    ? []
    : problem(
        path,
        `${show(name)} is no name in DNS; give up to ${MAX_LABEL} letters, digits and \`-\`, no \`-\` at an end`,
      ),
);

const someText = text((value, path) =>
  value === "" ? problem(path, "is empty; leave it off, or say it") : [],
);

const checkMeta = object((meta, path) =>
  Object.entries(meta).flatMap(([key, value]) =>
    /^[A-Za-z0-9_-]{1,128}$/.test(key)
      ? text((word, at) =>
          word.length <= 512 ? [] : problem(at, `has ${word.length} characters; Consul takes 512`),
        )(value, `${path}.${key}`)
      : problem(
          `${path}.${key}`,
          "is no key of Consul's; give up to 128 letters, digits, `_`, `-`",
        ),
  ),
);

const checkService = object((service, path) =>
  each(service, path, {
    name: checkName,
    id: optional(someText),
    port: checkPort,
    address: optional(checkSshHost),
    tags: optional(list(eachItem(someText))),
    meta: optional(checkMeta),
    checks: optional(list(eachItem(object(checkCheck)))),
  }),
);

function checkCheck(check: Fields, path: string): Problem[] {
  return [
    ...checkOneWay(check, path),
    ...each(check, path, {
      http: optional(checkUrl),
      tcp: optional(checkTcp),
      name: optional(someText),
      interval: optional(checkInterval),
      timeout: optional(checkDuration),
      tlsSkipVerify: optional(bool),
      deregisterCriticalServiceAfter: optional(checkInterval),
    }),
  ];
}

function checkOneWay({ http, tcp }: Fields, path: string): Problem[] {
  const given = [http, tcp].filter((way) => way !== undefined);
  if (given.length === 1) return [];
  return problem(
    path,
    `${given.length === 0 ? "looks at nothing" : "looks two ways"}; give exactly one of http and tcp`,
  );
}

/** A password in it would stand in the open on every host, and in Consul's own answers. */
const checkUrl = text((url, path) => {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed === undefined || !["http:", "https:"].includes(parsed.protocol)) {
    return problem(path, "is no URL that starts with http:// or https://; give one");
  }
  return parsed.username !== "" || parsed.password !== ""
    ? problem(path, "holds a user or password, which everybody could read; give it without")
    : [];
}, "a URL");

const checkTcp = text((place, path) => {
  const [, host = "", port = ""] = /^(\[[^\]]+\]|[^:]+):(\d+)$/.exec(place) ?? [];
  const bare = host.replace(/^\[(.*)\]$/, "$1");
  const fits =
    host !== "" &&
    checkPort(Number(port), path).length === 0 &&
    (canonicalAddress(bare) !== undefined || checkSshHost(bare, path).length === 0);
  return fits
    ? []
    : problem(path, `${show(place)} is not host:port; give one such as "127.0.0.1:80"`);
}, 'a text such as "127.0.0.1:80"');
