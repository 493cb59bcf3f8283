#!/usr/bin/env node
import { readOptions, readPreview, showPlan, usage } from "./command";

// pulumi preview --json | consul-cluster-plan: what a preview means, server by server.

try {
  const { from = "-", ...options } = readOptions(process.argv.slice(2));
  if (options.help) {
    console.log(usage);
    process.exit();
  }
  if (options.stack !== undefined)
    throw new Error("pulumi preview --json --show-sames --stack NAME | consul-cluster-plan");
  const { stdout } = process;
  const colored = stdout.isTTY === true && process.env.NO_COLOR === undefined;
  process.exitCode = showPlan(readPreview(from), options, {
    colored,
    write: (text) => stdout.write(text),
  });
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
