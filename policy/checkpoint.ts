import { execFile } from "node:child_process";
import { stackOf } from "./graph";
import { type LastRun, lastRunOf, type Recorded } from "./lastRun";

/** Config of the policies that compare with the last run. */
export interface Backend {
  /** Organization that the stack belongs to; backends without accounts call theirs `organization`. */
  organization: string;
}

export const backendSchema = {
  properties: {
    organization: {
      type: "string" as const,
      default: "organization",
      description:
        "Organization of the stack in Pulumi Cloud; backends without accounts (files, S3 and the like) call theirs `organization`.",
    },
  },
};

const limit = 60_000;

const known = new Map<string, Promise<LastRun>>();

/**
 * What the last run left behind, as the CLI tells it: the engine shows a policy what shall be, and not what was.
 * The CLI is the one on PATH, and finds the backend as the CLI that runs the policy did. Secrets stay encrypted.
 * Asked once: the process is there for one run.
 */
export function readLastRun(urn: string, { organization }: Backend): Promise<LastRun> {
  const { stack, project } = stackOf(urn);
  const name = `${organization}/${project}/${stack}`;
  const found = known.get(name) ?? exportStack(name).then(parse);
  known.set(name, found);
  return found;
}

/** A wrapper of the CLI may print lines of its own before the JSON. */
export function parse(exported: string): LastRun {
  const start = exported.search(/^\{/m);
  if (start < 0)
    throw new Error(
      `\`pulumi stack export\` printed no JSON, but ${JSON.stringify(exported.trim().slice(0, 60))}`,
    );
  const { deployment } = JSON.parse(exported.slice(start)) as {
    deployment?: { resources?: Recorded[] };
  };
  return lastRunOf(deployment?.resources ?? []);
}

function exportStack(stack: string): Promise<string> {
  const args = ["stack", "export", "--stack", stack, "--non-interactive"];
  const env = { ...process.env, PULUMI_SKIP_UPDATE_CHECK: "true" };
  return new Promise((resolve, reject) => {
    execFile(
      "pulumi",
      args,
      { env, timeout: limit, maxBuffer: 2 ** 30 },
      (error, stdout, stderr) => {
        if (error === null) resolve(stdout);
        else reject(new Error(`\`pulumi ${args.join(" ")}\`: ${stderr.trim() || error.message}`));
      },
    );
  });
}
