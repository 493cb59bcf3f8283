import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { layoutOf } from "../../lab/pulumi/layout";
import { stackExists } from "../../lab/pulumi/stack";
import { runOrFail } from "../../lab/system/command";
import { asRoot } from "../../lab/system/privilege";
import { removeLeftovers } from "./leftovers";
import { trio } from "./trio";

const file = "/run/consul-cluster/tests.lock";
const held = "CONSUL_CLUSTER_TESTS_LOCK";

/**
 * For vitest: one run at a time on this computer's machines, whichever clone it is of. Two would take each other's
 * machines for leftovers. Who comes second waits. What another clone's run has left is taken away first.
 */
export async function setup(): Promise<(() => Promise<void>) | undefined> {
  // Both kinds of tests may be asked for in one run.
  if (process.env[held]) return undefined;
  process.env[held] = "yes";
  await runOrFail(
    await asRoot(["sh", "-c", `mkdir -p ${file.replace(/[^/]*$/, "")}; touch ${file}`]),
  );
  const holder = await hold();
  // Before any file: of those that run beside each other none may take away what is not its own.
  if (!(await stackExists(layoutOf(), trio.name))) await removeLeftovers();
  return async () => {
    holder.stdin?.end();
    await once(holder, "close");
  };
}

async function hold(): Promise<ChildProcess> {
  const note = setTimeout(() => console.log("waiting for another run of the tests to end"), 2000);
  const [program, ...args] = await asRoot(["flock", file, "sh", "-c", "echo held; cat"]);
  const holder = spawn(program as string, args, { stdio: ["pipe", "pipe", "inherit"] });
  await once(holder.stdout, "data");
  clearTimeout(note);
  return holder;
}
