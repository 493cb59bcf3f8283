// One server's API while the place where it listens changes (test/support/doors.ts).

import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { ConsulApi } from "../../support/consul";
import { ApiByDoors } from "../../support/doors";

const open: Server[] = [];
afterEach(() => {
  for (const server of open.splice(0)) close(server);
});

function close(server: Server): void {
  server.closeAllConnections();
  server.close();
}

async function door(said: string): Promise<{ server: Server; address: string }> {
  const server = createServer((_, response) => response.end(said));
  open.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return { server, address: `127.0.0.1:${port}` };
}

const doors = (...all: { address: string }[]) =>
  new ApiByDoors(all.map(({ address }) => new ConsulApi(address)));

test("the door that is open is taken, and the other one once that is closed", async () => {
  const [old, next] = [await door("true"), await door("true")];
  const api = doors(old, next);
  expect(await api.put("/v1/kv/a")).toBe(true);
  close(old.server);
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(await api.put("/v1/kv/b")).toBe(true);
  close(next.server);
  await new Promise((resolve) => setTimeout(resolve, 20));
  await expect(api.put("/v1/kv/c")).rejects.toThrow();
});

test("an answer is an answer, whatever it says: nothing is asked twice", async () => {
  const [old, next] = [await door("false"), await door("true")];
  expect(await doors(old, next).put("/v1/kv/a")).toBe(false);
});
