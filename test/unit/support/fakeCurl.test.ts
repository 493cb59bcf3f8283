// The fake curl against the real one: the same words, the same answers, and stdout, stderr, files and status have to
// be the same.
//
// Does not prove anything of options that no script of ours uses: those the fake refuses.

import { spawn } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fakeConsul } from "../../support/curl/fakeConsul";
import { sh, temporaryFolder } from "./shell";

const replies: Record<string, { code?: number; body?: string }> = {
  "/yes": { body: '{"Yes": "a \\n b"}\n' },
  "/nothing": {},
  "/missing": { code: 404, body: "no such thing" },
  "/forbidden": { code: 403, body: "Permission denied: anonymous" },
  "/wrong": { code: 500, body: "No cluster leader" },
  "/unwell": { code: 429, body: '{"Healthy":false}' },
  "/query?a=b&c": { body: "query" },
};

const server = createServer((request, response) => {
  const { url = "" } = request;
  if (url === "/hang-up") return request.socket.destroy();
  if (url === "/slow") return;
  const { code = 200, body = "" } = replies[url] ?? { code: 400 };
  request.resume().on("end", () => response.writeHead(code).end(body));
});

let base = "";
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.closeAllConnections());
afterAll(() => void server.close());

const closed = "http://127.0.0.1:1";

interface Seen {
  status: number | null;
  stdout: string;
  said: boolean;
  file: string | undefined;
}

/** What becomes of `curl WORDS`; `OUT`, `KEY` and `CONFIG` in the words are files. */
async function curl(program: string, words: readonly string[], input: string): Promise<Seen> {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "KEY"), "a key\n");
  writeFileSync(join(folder, "CONFIG"), 'header = "X-Consul-Token: a-token"\n');
  const child = spawn(program, words, { cwd: folder, stdio: "pipe" });
  const texts = { stdout: "", stderr: "" };
  for (const stream of ["stdout", "stderr"] as const)
    child[stream].on("data", (data) => {
      texts[stream] += data;
    });
  child.stdin.on("error", () => undefined).end(input);
  const status = await new Promise<number | null>((resolve) => child.on("close", resolve));
  const out = join(folder, "OUT");
  const file = existsSync(out) ? readFileSync(out, "utf8") : undefined;
  return { status, stdout: texts.stdout, said: texts.stderr !== "", file };
}

function fake() {
  const answers = Object.entries(replies).flatMap(([path, reply]) =>
    ["GET", "PUT", "POST", "DELETE"].map((method) => [`${method} ${path}`, reply]),
  );
  return fakeConsul({
    [base]: {
      ...Object.fromEntries(answers),
      "GET /hang-up": { exit: 52 },
      "GET /slow": { seconds: 60 },
    },
  });
}

const code = ["-w", "%{http_code}"];

describe("as the real one", () => {
  test.each<[string, string[], string?]>([
    ["an answer", ["-sS"]],
    ["an answer and its code", ["-sS", "--noproxy", "*", "--max-time", "3", ...code]],
    ["the code on a line of its own", ["-sS", "-w", "\\n%{http_code}"]],
    ["into a file", ["-sS", "-o", "OUT", ...code]],
    ["to nowhere", ["-sS", "-o", "/dev/null", ...code]],
    ["where it has to succeed", ["-fsS", ...code]],
    ["where it has to succeed, into a file", ["-sS", "-f", "-o", "OUT"]],
    ["without a word", ["-s", "-f"]],
    ["another verb", ["-sS", "-X", "DELETE", ...code]],
    ["with a body", ["-sS", "-X", "PUT", "-d", "a body"]],
    ["with a body and no verb", ["-sS", "--data-raw", "@body"]],
    ["with a body from stdin", ["-sS", "-X", "POST", "-d", "@-"], "a\nbody\n"],
    ["with settings", ["-sS", "-K", "CONFIG", ...code]],
    ["with settings that are missing", ["-sS", "-K", "NOTHING", ...code]],
  ])("%s", async (_, words, input = "") => {
    const { bin } = fake();
    const urls = [...Object.keys(replies).map((path) => base + path), `${closed}/yes`];
    const all = (program: string) =>
      Promise.all(urls.map((url) => curl(program, [...words, url], input)));
    expect(await all(join(bin, "curl"))).toEqual(await all("curl"));
  });

  test.each([
    ["no end", ["-sS", "--max-time", "0.3", ...code], "/slow"],
    ["no end, and no file", ["-sS", "-m", "0.3", "-o", "OUT"], "/slow"],
    ["an end without an answer", ["-sS", ...code], "/hang-up"],
  ])("%s", async (_, words, path) => {
    const call = [...words, base + path];
    const [real, ours] = await Promise.all([
      curl("curl", call, ""),
      curl(join(fake().bin, "curl"), call, ""),
    ]);
    expect(ours).toEqual(real);
  });
});

describe("of its own", () => {
  const api = "http://10.0.0.11:8500";
  const ask = (world: { path: string }, call: string) =>
    sh(`PATH='${world.path}'\n${call}`, [], "");
  const status = `curl -s -m 3 -w '%{http_code} ' ${api}/v1/status/leader`;

  test("it notes what it is asked, with which body and headers", () => {
    const put = { "PUT /v1/kv/a?cas=0": "true", "POST /v1/operator/keyring": "" };
    const world = fakeConsul({ [api]: put });
    ask(
      world,
      `curl -sS -X PUT -d "two\nlines" '${api}/v1/kv/a?cas=0'
       echo '{"Key":"k"}' | curl -sS -H 'X-Consul-Token: t' -d @- ${api}/v1/operator/keyring`,
    );
    expect(world.requests()).toEqual([
      `PUT ${api}/v1/kv/a?cas=0 two lines`,
      `POST ${api}/v1/operator/keyring {"Key":"k"}`,
    ]);
    expect(world.headers()).toEqual(["X-Consul-Token: t"]);
  });

  test("a host may be silent, and an agent slower than its caller's patience", () => {
    const world = fakeConsul({
      "http://10.0.0.12:8500": "silent",
      [api]: { "GET /v1/status/leader": { body: '""', seconds: 7 } },
    });
    const call = (seconds: number) =>
      `curl -s -m ${seconds} ${api}/v1/status/leader; echo " $?"
       curl -s -m ${seconds} http://10.0.0.12:8500/; echo $?`;
    expect(ask(world, call(3))).toBe(" 28\n28\n");
    expect(ask(world, call(8))).toBe('"" 0\n28\n');
  });

  test("an answer may change those that follow, and so may the test", () => {
    const next = { [api]: { "GET /v1/status/leader": '"10.0.0.12:8300"' } };
    const world = fakeConsul({
      [api]: {
        "GET /v1/status/leader": '"10.0.0.11:8300"',
        "POST /v1/operator/raft/transfer-leader": { body: '{"Success":true}', next },
      },
    });
    const transfer = `curl -sS -o /dev/null -X POST ${api}/v1/operator/raft/transfer-leader`;
    expect(ask(world, `${status}; ${transfer}; ${status}`)).toBe(
      '"10.0.0.11:8300"200 "10.0.0.12:8300"200 ',
    );
    world.change({ [api]: { "*": { code: 500, body: "No cluster leader" } } });
    expect(ask(world, status)).toBe("No cluster leader500 ");
  });

  test("it is quick, for a script asks often", () => {
    const world = fakeConsul({ [api]: { "GET /v1/status/leader": '""' } });
    const started = performance.now();
    ask(world, `i=0; while [ $i -lt 50 ]; do ${status}; i=$((i + 1)); done`);
    expect((performance.now() - started) / 50).toBeLessThan(20);
  });
});
