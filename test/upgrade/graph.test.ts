// The stacks on AWS as each released version asked for them, beside what the code of today asks for with the same
// settings: the same resources under the same names, and nothing in them but other scripts.
//
// Does not prove what the engine makes of it: no account made a state that it could preview. Scripts stand in a
// graph by their first line alone, and a renamed resource is told as such even where it has an alias.

import { isDeepStrictEqual } from "node:util";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { awsClusterOf } from "../graph/support/awsCluster";
import { graphText } from "../graph/support/graphText";
import { argsOf } from "../graph/support/stackFile";
import { readGraph, savedVersions } from "./savedState";
import { isAdded, isRemoved, mayDiffer } from "./verdict";

type Graph = Record<string, Record<string, unknown> & { inputs?: Record<string, unknown> }>;

/** What differs between two graphs and must not, a line each. */
function differences(was: Graph, is: Graph): string[] {
  const names = [...new Set([...Object.keys(was), ...Object.keys(is)])].sort();
  return names.flatMap((name) => {
    const [before, after] = [was[name], is[name]];
    if (before === undefined) return isAdded(name) ? [] : `${name}: new`;
    if (after === undefined) return isRemoved(name) ? [] : `${name}: gone`;
    // In what follows what, nothing of a machine that runs is to be seen.
    const { inputs: wasGiven = {}, after: _, ignoreChanges: wasLeft, ...wasSo } = before;
    const { inputs: isGiven = {}, after: __, ignoreChanges: isLeft, ...isSo } = after;
    // What is left alone beyond that touches nothing.
    const left = (isLeft ?? []) as unknown[];
    const looked = ((wasLeft ?? []) as unknown[]).every((input) => left.includes(input));
    const inputs = differing(without(left, wasGiven), without(left, isGiven)).filter(
      (input) => !mayDiffer(name, input),
    );
    const fields = [...differing(wasSo, isSo), ...(looked ? [] : ["ignoreChanges"]), ...inputs];
    return fields.map((field) => `${name}: another ${field}`);
  });
}

/** Inputs without those at these paths: the engine leaves them as they were. */
function without(paths: unknown[], inputs: Record<string, unknown>): Record<string, unknown> {
  const rest = structuredClone(inputs);
  for (const path of paths.map(String)) {
    const [last = "", ...holders] = path.split(".").reverse();
    const holder = holders
      .reverse()
      .reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], rest);
    if (typeof holder === "object" && holder !== null) Reflect.deleteProperty(holder, last);
  }
  return rest;
}

/** A graph's text with the names that its resources have in 0.1.0, which called the component as its stack is. */
function underItsOldName(text: string, stack: string): Graph {
  const old = (name: string) => name.replace(/^consul(?=-|$)/, stack);
  const names = Object.keys(parse(text)).filter((name) => name.startsWith("consul-"));
  const longestFirst = names.sort((a, b) => b.length - a.length);
  // Ids that the recording makes up hold them, too.
  const renamed = longestFirst.reduce((all, name) => all.replaceAll(name, old(name)), text);
  return Object.fromEntries(
    Object.entries(parse(renamed) as Graph).map(([name, { parent, ...resource }]) => [
      old(name),
      typeof parent === "string" ? { ...resource, parent: old(parent) } : resource,
    ]),
  );
}

function differing(was: Record<string, unknown>, is: Record<string, unknown>): string[] {
  const keys = [...new Set([...Object.keys(was), ...Object.keys(is)])].sort();
  return keys.filter((key) => !isDeepStrictEqual(was[key], is[key]));
}

describe.each(savedVersions())("a stack made by %s", (version) => {
  test.each(["staging", "prod"])("%s: nothing of it is touched", async (stack) => {
    const { settings, graph } = readGraph(version, stack);
    // As index.ts has it.
    const opts = { aliases: [{ name: stack }] };
    const cluster = await awsClusterOf(argsOf(settings), { name: "consul", opts });
    expect(cluster.errors).toEqual([]);
    const is = underItsOldName(graphText(cluster.resources), stack);
    expect(differences(parse(graph), is)).toEqual([]);
  });

  test("another name, another setting and another option are noticed", async () => {
    const { graph } = readGraph(version, "prod");
    const [was, is] = [parse(graph), parse(graph)] as [Graph, Graph];
    const { "prod-ready": ready, ...others } = is;
    const instance = { ...is["prod-consul-1-instance"], retainOnDelete: true };
    const activate = { ...is["prod-consul-2-activate"], inputs: { stdin: "release 1.23.0" } };
    const changed = {
      ...others,
      "prod-readiness": ready as Graph[string],
      "prod-consul-1-instance": instance,
      "prod-consul-2-activate": activate,
    };
    expect(differences(was, changed)).toEqual([
      "prod-consul-1-instance: another retainOnDelete",
      ...["addPreviousOutputInEnv", "connection", "logging", "stdin"].map(
        (input) => `prod-consul-2-activate: another ${input}`,
      ),
      "prod-readiness: new",
      "prod-ready: gone",
    ]);
  });
});
