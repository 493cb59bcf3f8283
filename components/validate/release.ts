import { planSettings } from "../cluster/plan";
import { pathTrouble } from "./paths";
import { type Problem, problem, show } from "./problem";
import { checkTrust } from "./signingKey";
import { each, type Fields, type Files, optional, text, UNKNOWN } from "./values";

/** The first release that the settings, scripts and health gates of this component were tried with. */
const OLDEST = [1, 18, 0] as const;

const NUMBER = "(0|[1-9]\\d*)";
const VERSION = new RegExp(
  `^${NUMBER}\\.${NUMBER}\\.${NUMBER}(-(?:alpha|beta|rc)\\d+)?(\\+ent(?:\\.[a-z0-9.]+)?)?$`,
);

/** Which release runs, and where it comes from. */
export function checkRelease(args: Fields, files?: Files): Problem[] {
  return [
    ...each(args, "", {
      version: optional(checkVersion),
      allowDowngradeTo: optional(checkVersion),
      mirror: optional(checkMirror),
    }),
    ...checkDowngrade(args),
    ...checkTrust(args, files),
  ];
}

/** What `args.ts` promises. */
const { version: DEFAULT } = planSettings({});

/** A permission for another release than the one that is asked for is a leftover, or a slip of the pen. */
function checkDowngrade({ version = DEFAULT, allowDowngradeTo }: Fields): Problem[] {
  if (allowDowngradeTo === undefined || allowDowngradeTo === version) return [];
  if (version === UNKNOWN || allowDowngradeTo === UNKNOWN) return [];
  const trouble = `is not the version that is asked for, ${show(version)}; name the same release, or take it out`;
  return problem("allowDowngradeTo", `${show(allowDowngradeTo)} ${trouble}`);
}

const checkVersion = text((version, path) => {
  const match = VERSION.exec(version);
  if (match === null) return problem(path, `${show(version)} ${versionTrouble(version)}`);
  const [major, minor, patch] = match.slice(1, 4).map(Number) as [number, number, number];
  const order = major - OLDEST[0] || minor - OLDEST[1] || patch - OLDEST[2];
  const early = order < 0 || (order === 0 && match[4] !== undefined);
  return early
    ? problem(
        path,
        `${show(version)} is older than ${OLDEST.join(".")}, the oldest that is supported`,
      )
    : [];
}, 'a version such as "1.22.0"');

function versionTrouble(version: string): string {
  const example = 'give one such as "1.22.0"';
  if (/^v\d/i.test(version)) return `has a leading v; write ${show(version.slice(1))}`;
  // Without quotes YAML reads 1.20 as the number 1.2.
  if (/^\d+(\.\d+)?$/.test(version)) return `is not a whole version; ${example}, in quotes`;
  return `is not a version; ${example}, "1.22.0-rc1" or "1.22.0+ent"`;
}

const checkMirror = text((mirror, path) => {
  const url = URL.canParse(mirror) ? new URL(mirror) : undefined;
  const trouble = mirrorTrouble(mirror, url);
  return trouble === undefined ? [] : problem(path, `${shownMirror(mirror)} ${trouble}`);
}, "a URL");

/** What neither a shell nor curl, which expands brackets, takes for more than a character. */
const PLAIN_URL = /^[a-z]+:(\/\/\[[0-9A-Fa-f:.]+\])?[\w.~:/@!+,=%-]*$/;

/** A mirror may carry a password before an `@` or a token behind a `?`: neither is shown. */
function shownMirror(mirror: string): string {
  return mirror.includes("@") ? "the URL" : show(mirror.replace(/[?#].*$/s, ""));
}

function mirrorTrouble(mirror: string, url: URL | undefined): string | undefined {
  if (mirror.startsWith("/")) return "is a path; for a folder on the servers write file:///...";
  if (url === undefined) return 'is not a URL; give one that starts with "https://" or "file:///"';
  if (url.username !== "" || url.password !== "") {
    return "holds a user or password, which would stand in plain on every server; give it without";
  }
  if (url.protocol === "http:") {
    return "is not encrypted; give https:// or file://";
  }
  if (url.protocol !== "https:" && url.protocol !== "file:") {
    return `has the scheme ${show(url.protocol)}; give https:// or file://`;
  }
  if (!PLAIN_URL.test(mirror)) {
    return "holds a character that has no place here (a space, a quote, a query); give a plain URL";
  }
  if (mirror.endsWith(".zip")) return "is a file; give the folder of the versions' folders";
  if (/\/\d+\.\d+\.\d+[^/]*\/?$/.test(mirror)) {
    return "ends in a version; give the folder above, the version is added to it";
  }
  return url.protocol === "file:" ? fileTrouble(mirror) : httpsTrouble(mirror);
}

function httpsTrouble(mirror: string): string | undefined {
  return mirror.startsWith("https://") ? undefined : 'must start with "https://"';
}

function fileTrouble(mirror: string): string | undefined {
  if (!mirror.startsWith("file:///")) {
    return "has no absolute path; write three slashes: file:///path/on/the/server";
  }
  const trouble = pathTrouble(mirror.slice("file://".length).replace(/(?<=.)\/+$/, ""));
  return trouble && `names a path that ${trouble}`;
}
