// Client agents in a plan. Their previews have the steps of servers under other types, which test/graph/clients holds
// true, so these are made from servers' ones.

import { expect, test } from "vitest";
import {
  type ClusterReview,
  renderMarkdown,
  renderTerminal,
  reviewPreview,
} from "../../../components/review";
import { readPreview } from "./support";

function ofClients(name: string): string {
  return readPreview(name)
    .replaceAll("consul-cluster:index:ConsulCluster", "consul-cluster:index:ConsulClient")
    .replaceAll("consul-cluster:index:ConsulServer", "consul-cluster:index:ConsulClientAgent")
    .replaceAll(" servers=consul-1", " clients=consul-1");
}

const agents = (json: string) => reviewPreview(json).clusters[0] as ClusterReview;

test("they restart one after the other, and no quorum is spoken of", () => {
  const json = ofClients("setting");
  expect(agents(json)).toMatchObject({ role: "client", before: 3, after: 3, warnings: [] });
  const text = renderMarkdown(reviewPreview(json));
  expect(text).toContain("### Client agents `prod`");
  expect(text).toContain("consul-1, consul-2 and consul-3 restart, one after the other.");
  expect(text).toContain("| 2 | consul-1 restarts |");
  expect(text).not.toMatch(/voter|quorum/);
  expect(renderTerminal(reviewPreview(json), false)).not.toMatch(/voter|quorum/);
});

test("new ones join", () => {
  const { servers, order } = agents(ofClients("create"));
  expect(servers.map(({ effect }) => effect)).toEqual(["join", "join", "join"]);
  expect(order.map(({ what }) => what)).toContain("consul-2 joins");
  expect(renderMarkdown(reviewPreview(ofClients("create")))).toContain("New on their hosts.");
});

test("what endangers a cluster does not, of clients", () => {
  for (const name of ["wipe", "downgrade", "replacement-and-setting"])
    expect(agents(ofClients(name)).warnings, name).toEqual([]);
});

test("another key reaches them one by one, for their next start", () => {
  const { order } = agents(ofClients("rotation"));
  expect(order.map(({ what }) => what)).toEqual([
    "staged and verified on all 3; nothing that runs is touched",
    "consul-1 notes the key",
    "consul-2 notes the key",
    "consul-3 notes the key",
  ]);
});

test("another token of theirs is a reload, as the preview of one says", () => {
  const withToken = (was: string, is: string) => {
    const { steps, ...rest } = JSON.parse(ofClients("setting"));
    for (const { urn, oldState, newState } of steps)
      if (/-(activate|repair)$/.test(urn)) {
        const { stdin } = oldState.inputs;
        oldState.inputs.stdin = `${stdin}${was}`;
        newState.inputs.stdin = `${stdin}${is}`;
      }
    return agents(JSON.stringify({ steps, ...rest }));
  };
  const { servers } = withToken("agent-token 0123\n", "agent-token 4567\n");
  expect(servers.map(({ effect }) => effect)).toEqual(["reload", "reload", "reload"]);
  expect(servers[0]?.reasons).toContain("the token of its agent, which a reload takes over");
});

test("a cluster and its clients stand in one plan, the cluster first", () => {
  const { steps, changeSummary } = JSON.parse(readPreview("setting"));
  const { steps: others } = JSON.parse(ofClients("reload"));
  const { clusters } = reviewPreview(
    JSON.stringify({ steps: [...others, ...steps], changeSummary }),
  );
  expect(clusters.map(({ role, servers }) => [role, servers[0]?.effect])).toEqual([
    ["server", "restart"],
    ["client", "reload"],
  ]);
});

test("where an agent's programs have to follow, and what takes it from its cluster, is told", () => {
  const { warnings } = agents(ofClients("fixed-settings"));
  for (const { danger, refused, text } of warnings) {
    expect([danger, refused]).toEqual(["fixed-settings", true]);
    expect(text).toContain("is refused when it is staged, before anything that runs changes");
  }
  expect(warnings.map(({ text }) => text.split(" ")[0])).toEqual([
    "`datacenter`",
    "`dataDir`",
    "`ports.serfLan`",
  ]);
  expect(agents(ofClients("http-port")).warnings[0]?.text).toMatch(/on each agent/);
});

test("where some change at a time it is said how many, and who is the first", () => {
  const { steps, ...rest } = JSON.parse(ofClients("setting"));
  const ready = steps.find(({ urn }: { urn: string }) => urn.endsWith("-ready"));
  const state = {
    type: "command:local:Command",
    parent: ready.newState.parent,
    inputs: { create: "true concurrency=5" },
  };
  const barrier = {
    op: "same",
    urn: ready.urn.replace("remote", "local").replace(/-ready$/, "-barrier"),
    oldState: state,
    newState: state,
  };
  const { clusters } = reviewPreview(JSON.stringify({ ...rest, steps: [...steps, barrier] }));
  expect(clusters[0]?.order.map(({ what }) => what)).toEqual([
    "staged and verified on all 3; nothing that runs is touched",
    "consul-1 restarts",
    "consul-2 and consul-3 restart, up to 5 at a time",
  ]);
  expect(renderTerminal({ clusters, summary: {}, resources: [] }, false)).toContain(
    "consul-1, consul-2 and consul-3 restart, up to 5 at a time.",
  );
});
