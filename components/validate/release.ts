import { release } from "../settings/release";
import { type Problem, problem, show } from "./problem";
import { checkRows } from "./rows";
import { checkTrust } from "./signingKey";
import { type Fields, type Files, UNKNOWN } from "./values";

/** Which release runs, and where it comes from. */
export function checkRelease(args: Fields, files?: Files): Problem[] {
  return [...checkRows(release, args), ...checkDowngrade(args), ...checkTrust(args, files)];
}

/** A permission for another release than the one that is asked for is a leftover, or a slip of the pen. */
function checkDowngrade({
  version = release.version.default,
  allowDowngradeTo,
}: Fields): Problem[] {
  if (allowDowngradeTo === undefined || allowDowngradeTo === version) return [];
  if (version === UNKNOWN || allowDowngradeTo === UNKNOWN) return [];
  const trouble = `is not the version that is asked for, ${show(version)}; name the same release, or take it out`;
  return problem("allowDowngradeTo", `${show(allowDowngradeTo)} ${trouble}`);
}
