import { execFile } from "node:child_process";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import { projectFolder } from "../../lab/system/project";

export const repository = "someone/consul";

export interface Request {
  method: string;
  path: string;
  body?: { body: string };
}

/**
 * GitHub's API as far as the scripts of the workflows use it, on the loopback address: comments are kept, edited and
 * listed in pages, and what else is asked for is answered from `answers`. That GitHub itself behaves so is not
 * shown by it.
 */
export class GithubApi {
  readonly requests: Request[] = [];
  comments: { id: number; user: { login: string }; body: string }[] = [];
  /** By path without its query. */
  answers: Record<string, unknown> = {};
  /** Refuses whatever comes next, once. */
  refuse?: { status: number; message: string };
  private readonly server = createServer((incoming, response) => {
    this.answer(incoming).then(({ status, value }) => {
      response.writeHead(status, { "content-type": "application/json" });
      response.end(JSON.stringify(value));
    });
  });

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.server.listen(0, "127.0.0.1", resolve));
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  /** Runs a script of the workflows as a job does. */
  async run(script: string, args: string[], more: { cwd?: string; env?: NodeJS.ProcessEnv } = {}) {
    const { port } = this.server.address() as AddressInfo;
    const file = join(projectFolder, ".github/scripts", script);
    const env = {
      PATH: process.env.PATH,
      GITHUB_API_URL: `http://127.0.0.1:${port}`,
      GITHUB_REPOSITORY: repository,
      GITHUB_TOKEN: "token-of-the-job",
      ...more.env,
    };
    return promisify(execFile)(process.execPath, [file, ...args], { env, cwd: more.cwd }).then(
      ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
      ({ code, stdout, stderr }) => ({ code, stdout, stderr }),
    );
  }

  private async answer(incoming: IncomingMessage): Promise<{ status: number; value: unknown }> {
    const url = new URL(incoming.url ?? "", "http://127.0.0.1");
    const path = url.pathname.replace(`/repos/${repository}`, "");
    const text = await read(incoming);
    const body = text === "" ? undefined : JSON.parse(text);
    this.requests.push({ method: incoming.method ?? "", path: path + url.search, body });
    if (incoming.headers.authorization !== "Bearer token-of-the-job")
      return { status: 401, value: { message: "Bad credentials" } };
    if (this.refuse) {
      const { status, message } = this.refuse;
      this.refuse = undefined;
      return { status, value: { message } };
    }
    const page = Number(url.searchParams.get("page") ?? 1) - 1;
    const size = Number(url.searchParams.get("per_page") ?? 30);
    if (incoming.method === "GET" && /^\/issues\/\d+\/comments$/.test(path))
      return { status: 200, value: this.comments.slice(page * size, (page + 1) * size) };
    if (incoming.method === "POST" && path.endsWith("/comments")) return this.write(body.body);
    if (incoming.method === "PATCH" && path.startsWith("/issues/comments/"))
      return this.write(body.body, Number(path.split("/").at(-1)));
    const value = this.answers[path];
    return value === undefined
      ? { status: 404, value: { message: "Not Found" } }
      : { status: 200, value };
  }

  private write(body: string, id?: number): { status: number; value: unknown } {
    if (body.length > 65_536) return { status: 422, value: { message: "body is too long" } };
    const comment = {
      id: id ?? 1000 + this.comments.length,
      user: { login: "github-actions[bot]" },
      body,
    };
    this.comments = [...this.comments.filter((one) => one.id !== id), comment];
    return { status: 200, value: { html_url: `https://github.example/c/${comment.id}` } };
  }
}

async function read(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
