// How a client agent leaves: the commands of its departure, run here as the Command plugin runs them, on hosts that are
// folders.
//
// Does not prove what the scripts on the hosts do: machines in the lab do.

import { beforeAll, expect, test } from "vitest";
import { clientsAlone, type Program } from "./support/clients";
import { madeOwner } from "./support/clusters";
import { away, Computer, type Outcome } from "./support/departing";

let clients: Program;

beforeAll(async () => {
  clients = await clientsAlone();
});

const departure = "w-web-1-departure";
const owner = madeOwner;

const steps = ({ told }: Outcome) => told.map(({ host, script }) => `${host} ${script}`);

test("as long as it stays, nothing happens", () => {
  expect(new Computer(clients).run(departure, "create")).toMatchObject({ status: 0, told: [] });
});

test("it leaves, it is removed, and another one sees to it that the pool forgets it", () => {
  const outcome = new Computer(clients).run(departure, "delete");
  expect(outcome).toMatchObject({ status: 0, stdout: "", stderr: "", left: false });
  expect(outcome.told).toEqual([
    { host: "web-1", script: "leave.sh", settings: { name: "web-1", owner, whole: "no" } },
    {
      host: "web-1",
      script: "remove.sh",
      settings: { name: "web-1", owner, address: "10.0.0.14", removeData: "yes" },
    },
    {
      host: "web-2",
      script: "force-remove-client.sh",
      settings: { name: "web-2", owner, client: "web-1" },
    },
  ]);
});

test.each([
  ["is away", new Map([["web-1", away]]), [], "does not answer SSH at 10.0.0.14"],
  ["was emptied", new Map(), ["web-1"], "is not on its host any more"],
])("one that %s is forgotten by another one", (_, answers, emptied, words) => {
  const computer = new Computer(clients).without(...emptied);
  const outcome = computer.run(departure, "delete", Object.fromEntries(answers));
  expect(outcome.status).toBe(0);
  expect(outcome.stderr).toContain(`web-1: ${words}; what is on it stays there\n`);
  expect(steps(outcome)).toEqual(["web-2 force-remove-client.sh"]);
});

test("nobody has to be there to let it go", () => {
  const outcome = new Computer(clients).run(departure, "delete", { "web-1": away, "web-2": away });
  expect(outcome).toMatchObject({ status: 0, told: [], left: false });
  expect(outcome.stderr).toContain("consul force-leave -prune web-1");
  const alone = new Computer(clients).run(departure, "delete", { "web-2": away });
  expect(alone.status).toBe(0);
  expect(steps(alone)).toEqual(["web-1 leave.sh", "web-1 remove.sh"]);
});

test("a host that is another component's by now is left alone, and nobody is asked", () => {
  const outcome = new Computer(clients).run(departure, "delete", { "web-1 leave.sh": 5 });
  expect(outcome).toMatchObject({ status: 0, stderr: "" });
  expect(steps(outcome)).toEqual(["web-1 leave.sh"]);
});

test("one that answers and lets nobody in runs on: the run says so, unless it is left behind", () => {
  const answers = { "web-1": "admin@10.0.0.14: Permission denied (publickey)." };
  const computer = new Computer(clients);
  const outcome = computer.run(departure, "delete", answers);
  expect(outcome).toMatchObject({ status: 1, told: [], left: false });
  expect(outcome.stderr).toContain("CONSUL_CLUSTER_LEAVE_BEHIND=web-1");
  const passed = computer.leavingBehind("web-1").run(departure, "delete", answers);
  expect(passed.status).toBe(0);
  expect(passed.stderr).toContain("is left as it is (it refuses the login)");
  expect(steps(passed)).toEqual(["web-2 force-remove-client.sh"]);
});

test("one that was emptied, and on which Consul runs, stays, unless it is left behind", () => {
  const computer = new Computer(clients).without("web-1").withConsul("web-1");
  const outcome = computer.run(departure, "delete");
  expect(outcome).toMatchObject({ status: 1, told: [], left: false });
  expect(outcome.stderr).toContain("CONSUL_CLUSTER_LEAVE_BEHIND=web-1");
  const passed = computer.leavingBehind("web-1").run(departure, "delete");
  expect(passed.status).toBe(0);
  expect(passed.stderr).toContain("web-1: is left as it is (Consul runs there, and nothing of");
  expect(steps(passed)).toEqual(["web-2 force-remove-client.sh"]);
});

test("where its script fails it stays", () => {
  const outcome = new Computer(clients).run(departure, "delete", { "web-1 leave.sh": 1 });
  expect(outcome.status).toBe(1);
  expect(steps(outcome)).toEqual(["web-1 leave.sh"]);
});
