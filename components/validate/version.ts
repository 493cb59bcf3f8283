import { problem, show } from "./problem";
import { text } from "./values";

/** The first release that the settings, scripts and health gates of this component were tried with. */
const OLDEST = [1, 18, 0] as const;

const NUMBER = "(0|[1-9]\\d*)";
const VERSION = new RegExp(
  `^${NUMBER}\\.${NUMBER}\\.${NUMBER}(-(?:alpha|beta|rc)\\d+)?(\\+ent(?:\\.[a-z0-9.]+)?)?$`,
);

export const checkVersion = text((version, path) => {
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
