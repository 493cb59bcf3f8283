// How a server is asked over HTTPS by the tests of changes (test/support/consul.ts): connections are kept, and one that has
// ended with its server is no answer.

import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { ConsulApi } from "../../support/consul";
import { ApiByDoors } from "../../support/doors";
import { tlsFile } from "../../support/tlsFiles";

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) close(server);
});

function close(server: Server): void {
  server.closeAllConnections();
  server.close();
}

/** A server that takes every write, and how many connections it has had. */
async function serve(port = 0): Promise<{ server: Server; port: number; connections(): number }> {
  let connections = 0;
  const pair = { cert: tlsFile("server.pem"), key: tlsFile("server.key") };
  const server = createServer(pair, (_, response) => response.end("true"));
  server.on("secureConnection", () => {
    connections += 1;
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  return {
    server,
    port: (server.address() as AddressInfo).port,
    connections: () => connections,
  };
}

const ca = tlsFile("ca.pem");
const write = (api: Pick<ConsulApi, "put">) => api.put("/v1/kv/a", "x", 1000);

test("a writer keeps its connection, and makes another one where the server has begun anew", async () => {
  const first = await serve();
  const api = new ConsulApi(`127.0.0.1:${first.port}`, undefined, ca);
  for (let i = 0; i < 5; i++) expect(await write(api)).toBe(true);
  expect(first.connections()).toBe(1);
  close(first.server);
  // At once, whatever it has noticed: this write fails, and no later one.
  await expect(write(api)).rejects.toThrow();
  await serve(first.port);
  expect(await write(api)).toBe(true);
});

test("a server that is known by another CA is not asked", async () => {
  const { port } = await serve();
  const api = new ConsulApi(`127.0.0.1:${port}`, undefined, tlsFile("other-ca.pem"));
  await expect(write(api)).rejects.toThrow(/certificate/);
});

test("where the place of HTTPS changes, a closed door is left for the open one", async () => {
  const [old, next] = [await serve(), await serve()];
  const doors = [old, next].map(({ port }) => new ConsulApi(`127.0.0.1:${port}`, undefined, ca));
  const api = new ApiByDoors(doors);
  expect(await write(api)).toBe(true);
  close(old.server);
  expect(await write(api)).toBe(true);
  expect(next.connections()).toBe(1);
});
