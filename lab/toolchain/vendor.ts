import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { pipeline } from "node:stream/promises";
import type { Step } from "../progress/progress";
import { runInStep } from "../progress/stepCommand";
import { run } from "../system/command";
import { Failure } from "../system/failure";
import { which } from "../system/which";

export const pulumiSite = "https://get.pulumi.com";
export const consulSite = "https://releases.hashicorp.com";
export const githubSite = "https://github.com";

/** Why a vendor's site does not answer, or undefined where it does; asked once in a run. */
const answers = new Map<string, Promise<string | undefined>>();

/**
 * curl does the downloads, since it knows proxies and private certificates as the user has set them.
 * Where a site is out of reach this must be known in seconds: then the tool is built instead.
 */
export function outOfReach(site: string): Promise<string | undefined> {
  const known = answers.get(site);
  if (known) return known;
  const answer = probe(site);
  answers.set(site, answer);
  return answer;
}

async function probe(site: string): Promise<string | undefined> {
  if (!which("curl")) return "curl is not installed";
  // Any HTTP status will do: it is the connection that is in question.
  const flags = ["--silent", "--show-error", "--head", "--connect-timeout", "3", "--max-time", "5"];
  const result = await run(["curl", ...flags, "--output", "/dev/null", site]);
  return result.code === 0 ? undefined : result.stderr.trim() || `curl ended with ${result.code}`;
}

/** Downloads a file and checks it against the vendor's list of SHA-256 sums, which is kept beside it. */
export async function downloadVerified(
  step: Step,
  file: { url: string; path: string },
  sums: { url: string; path: string },
): Promise<void> {
  step.detail(`downloading ${basename(file.url)}`);
  await download(step, sums.url, sums.path);
  await download(step, file.url, file.path);
  const wanted = await sumOf(sums.path, basename(new URL(file.url).pathname));
  const found = await sha256(file.path);
  if (wanted !== found) {
    throw new Failure(
      `${file.url} has the SHA-256 sum ${found}, but its vendor published ${wanted}: ` +
        "the download was damaged or tampered with.",
    );
  }
}

async function download(step: Step, url: string, path: string): Promise<void> {
  // A stalled transfer is cut off after a minute; a slow one may take its time.
  const flags = ["--fail", "--silent", "--show-error", "--location", "--retry", "2"];
  const patience = ["--connect-timeout", "5", "--speed-limit", "1000", "--speed-time", "60"];
  await runInStep(step, ["curl", ...flags, ...patience, "--output", path, url]);
}

async function sumOf(sumsFile: string, name: string): Promise<string> {
  const sum = findSum(await readFile(sumsFile, "utf8"), name);
  if (sum) return sum;
  throw new Failure(`the vendor's list of sums does not name ${name}`);
}

/** The sum of a file in the format of sha256sum(1), whose lines are "SUM  NAME" or "SUM *NAME". */
export function findSum(sums: string, name: string): string | undefined {
  return sums
    .split("\n")
    .map((line) => /^([0-9a-f]{64})\s+\*?(\S+)\s*$/.exec(line))
    .find((match) => match?.[2] === name)?.[1];
}

export async function sha256(file: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(file), hash);
  return hash.digest("hex");
}
