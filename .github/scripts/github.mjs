// What the scripts beside this one say to GitHub's API. No package is needed: the job that may write to pull
// requests installs none.

/** @param {string} name */
function setting(name) {
  const value = process.env[name];
  if (!value)
    throw new Error(`${name} is not set: GitHub sets it in every job, GITHUB_TOKEN the workflow`);
  return value;
}

/** The repository as `owner/name`. */
export const repository = () => setting("GITHUB_REPOSITORY");

/**
 * One request to the repository, `path` behind `/repos/OWNER/NAME`.
 *
 * @param {string} method
 * @param {string} path
 * @param {object} [body]
 * @returns {Promise<any>} what it answered
 * @throws with GitHub's own words where it refuses
 */
export async function request(method, path, body) {
  const response = await fetch(`${setting("GITHUB_API_URL")}/repos/${repository()}${path}`, {
    method,
    headers: {
      accept: "application/vnd.github+json",
      authorization: `Bearer ${setting("GITHUB_TOKEN")}`,
      "x-github-api-version": "2022-11-28",
      ...(body && { "content-type": "application/json" }),
    },
    ...(body && { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(30_000),
  });
  const text = await response.text();
  if (!response.ok)
    throw new Error(
      `GitHub answered ${response.status} to ${method} ${path}: ${text.slice(0, 300)}`,
    );
  return JSON.parse(text);
}

/**
 * All items of a list that comes in pages.
 *
 * @param {string} path
 * @param {string} [member] where the items stand, if not at the top
 * @returns {Promise<any[]>}
 */
export async function list(path, member) {
  const size = 100;
  const all = [];
  for (let page = 1; ; page++) {
    const answer = await request(
      "GET",
      `${path}${path.includes("?") ? "&" : "?"}per_page=${size}&page=${page}`,
    );
    const items = member === undefined ? answer : answer[member];
    all.push(...items);
    if (items.length < size) return all;
  }
}

/**
 * Runs a script. What went wrong is said without a stack trace.
 *
 * @param {(args: string[]) => Promise<void>} work
 */
export function main(work) {
  work(process.argv.slice(2)).catch((error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
}
