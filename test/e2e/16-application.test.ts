import { createServer, type Server } from "node:http";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { labGateway } from "../../lab/network/range";
import { type CommandResult, run } from "../../lab/system/command";
import { projectFolder } from "../../lab/system/project";
import { dns } from "../support/consul";
import { type Settings, TestStack } from "../support/stack";
import { addresses, api, apis, names, on, trio, trioIsUp } from "../support/trio";
import { eventually } from "../support/wait";

// examples/application as it stands, on the cluster of another stack: a service with a check, defaults in the KV
// store. The application is this test; the servers reach it over the bridge. Consul's own provider is not run: see
// test/graph/examples.

const port = 18_080;
const app = new TestStack("app", {}, undefined, "application");
let listener: Server;

beforeAll(async () => {
  await app.forget();
  await trioIsUp();
  await start();
  await api("test-1").put("/v1/kv/shop/theme", "of an operator");
  app.settings = withDefaults({ "shop/theme": "light", "shop/limit": "10", "shop/empty": "" });
});

afterAll(async () => {
  listener.close();
  await Promise.all(names.map((name) => on(name, "sudo systemctl start consul")));
  await app.forget();
  for (const key of ["theme", "limit", "empty", "alone"])
    await fetch(`http://${addresses["test-1"]}/v1/kv/shop/${key}`, { method: "DELETE" });
});

function withDefaults(defaults: Record<string, string>, more: Settings = {}): Settings {
  const cluster = `organization/consul-cluster/${trio.name}`;
  return { cluster, address: labGateway, port, defaults, ...more };
}

async function start(): Promise<void> {
  listener = createServer((request, response) => {
    response.statusCode = request.url === "/health" ? 200 : 404;
    response.end();
  });
  await new Promise<void>((resolve) => listener.listen(port, labGateway, resolve));
}

async function stop(): Promise<void> {
  listener.closeAllConnections();
  await new Promise((resolve) => listener.close(resolve));
}

/** Addresses that a server's DNS gives for the application; none where it names nothing. */
function found(server: string): Promise<string[]> {
  const none = (error: { code?: string }) => {
    if (error.code === "ENOTFOUND") return [];
    throw error;
  };
  return dns(addresses[server] as string)
    .resolve4("application.service.consul")
    .catch(none);
}

function isFound(servers: readonly string[], wanted: string[]): Promise<unknown> {
  return eventually(`DNS names ${wanted} on ${servers}`, 20, async () => {
    const seen = await Promise.all(servers.map(found));
    return seen.every((some) => String(some) === String(wanted));
  });
}

const value = (key: string, server = "test-2") => api(server).value(`shop/${key}`);

test("a cluster that is not there is refused before anything is made", async () => {
  const settings = app.settings;
  app.settings = { ...settings, cluster: "organization/consul-cluster/nowhere" };
  expect(await app.upThatFails()).toContain("unknown stack");
  expect(await value("limit")).toBeUndefined();
  app.settings = settings;
});

describe("the application's stack", () => {
  test("registers a service that all servers name once", async () => {
    await app.up();
    await isFound(names, [labGateway]);
    const [record] = await dns(addresses["test-3"] as string).resolveSrv(
      "application.service.consul",
    );
    expect(record?.port).toBe(port);
  });

  test("writes defaults where there is no key, and keeps what stood", async () => {
    expect([await value("theme"), await value("limit"), await value("empty")]).toEqual([
      "of an operator",
      "10",
      "",
    ]);
    expect((await app.outputs()).settings).toEqual({
      "shop/theme": "other",
      "shop/limit": "default",
      "shop/empty": "default",
    });
  });

  test("changes nothing when it runs again", async () => {
    await app.up("--expect-no-changes");
  });

  test("is not named while its check fails, and is again when it passes", async () => {
    await stop();
    await isFound(names, []);
    await start();
    await isFound(names, [labGateway]);
  });
});

describe("with the first server away", () => {
  test("a new default goes through another one, to keys that nobody has changed since", async () => {
    await api("test-1").put("/v1/kv/shop/empty", "not any more");
    await on("test-1", "sudo systemctl stop consul");
    app.settings = withDefaults({ "shop/theme": "dark", "shop/limit": "20", "shop/empty": "x" });
    await app.up();
    expect([await value("theme"), await value("limit"), await value("empty")]).toEqual([
      "of an operator",
      "20",
      "not any more",
    ]);
    await isFound(["test-2", "test-3"], [labGateway]);
  });

  test("without a leader nothing is written, and the run waits for one", async () => {
    await on("test-2", "sudo systemctl stop consul");
    // The last one steps down once it has missed the others.
    await eventually("no leader", 20, async () => (await api("test-3").leader()) === "");
    const gaveUp = await writeDefault({ PATIENCE: "3" });
    expect(gaveUp.code).toBe(1);
    expect(gaveUp.stderr).toMatch(/none of http.* answers; the last said/);
    const waits = writeDefault({ PATIENCE: "60" });
    await Promise.all(["test-1", "test-2"].map((name) => on(name, "sudo systemctl start consul")));
    expect(await waits).toMatchObject({ code: 0, stdout: "default\n" });
    expect(await value("alone")).toBe("once");
    await eventually("three servers know one leader", 60, async () => {
      const leaders = new Set(await Promise.all(apis.map((server) => server.leader())));
      return leaders.size === 1 && !leaders.has("");
    });
    await isFound(names, [labGateway]);
  });
});

/** The example's script on its own: what is not the engine's need not pay for it. */
function script(file: string, verb: string, env: NodeJS.ProcessEnv): Promise<CommandResult> {
  return run(["sh", join(projectFolder, "examples/application", file), verb], {
    input: "once",
    env: {
      ...process.env,
      CONSUL_ADDRESSES: names.map((name) => `http://${addresses[name]}`).join(" "),
      ...env,
    },
  });
}

function writeDefault(env: NodeJS.ProcessEnv, verb = "write"): Promise<CommandResult> {
  return script("kv-default.sh", verb, { KEY: "shop/alone", OWNER: "a-test", ...env });
}

test("a dead server blocks no destroy, and a dead cluster is told", async () => {
  const gone = `http://${addresses["test-1"]}:1`;
  const alive = `http://${addresses["test-2"]}`;
  const deregister = (CONSUL_ADDRESSES: string) =>
    script("service.sh", "deregister", { ID: "nobody", PATIENCE: "1", CONSUL_ADDRESSES });
  const one = await deregister(`${gone} ${alive}`);
  expect(one.code).toBe(0);
  expect(one.stderr).toContain(`${gone} did not answer`);
  const none = await deregister(gone);
  expect(none.code).toBe(1);
  expect(none.stderr).toContain("pulumi state delete");
});

test("one stack's default is another stack's value", async () => {
  expect(await writeDefault({ OWNER: "another" })).toMatchObject({ code: 0, stdout: "other\n" });
  await writeDefault({ OWNER: "another" }, "remove");
  expect(await value("alone")).toBe("once");
  await writeDefault({}, "remove");
  expect(await value("alone")).toBeUndefined();
});

test("destroy takes the service and the untouched defaults, and leaves what somebody has set", async () => {
  await app.destroy();
  await isFound(names, []);
  for (const server of apis) expect(await server.get("/v1/agent/services")).toEqual({});
  expect([await value("theme"), await value("limit"), await value("empty")]).toEqual([
    "of an operator",
    undefined,
    "not any more",
  ]);
});
