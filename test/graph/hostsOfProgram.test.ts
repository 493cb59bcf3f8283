// Two components of one program on the same host: both are named, and nothing of the second one is made.
//
// Does not prove that hosts of another program are safe: their owner's mark is looked at on the host (test/unit/steps/preflight.test.ts).

import { output } from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import { ConsulClient, ConsulCluster } from "../../components/index";
import { clientHosts } from "./support/clients";
import { existing, givenKey, nspawn, type Server, servers } from "./support/clusters";
import { record } from "./support/recorder";

const run = (program: () => unknown) => record(program, { stdout: () => "" });
const refusals = (errors: Error[]) =>
  [...new Set(errors.map(({ message }) => message))].filter((text) => text.includes("settings"));

/** Other hosts than those of `servers()`, but for what is said. */
const elsewhere = (first: Partial<Server>): Server[] =>
  servers().map((server, i) => {
    const other = { ...server, address: `10.1.0.${11 + i}`, bastion: undefined };
    return i === 0 ? { ...other, ...first } : other;
  });

describe("two clusters of one program", () => {
  test("on the same host: both are named, and where the host stands in each", async () => {
    const { errors, resources } = await run(() => {
      new ConsulCluster("a", existing());
      new ConsulCluster("b", { existing: { servers: elsewhere({ address: "10.0.0.11" }) } });
    });
    const [said, ...others] = refusals(errors);
    expect(others).toEqual([]);
    expect(said).toContain("The settings of ConsulCluster b have a problem; no host was reached");
    expect(said).toMatch(
      /existing\.servers\[0\] +is the same host as existing\.servers\[0\] of ConsulCluster a/,
    );
    expect(resources.filter(({ parent }) => parent === "b")).toEqual([]);
  });

  test("also where SSH reaches it by another name than its address, and where it comes late", async () => {
    const door = { sshHost: "gate.example", port: 2222 };
    const { errors } = await run(() => {
      new ConsulCluster("a", { existing: { servers: elsewhere(door) }, domain: output("one") });
      const [first, ...others] = servers() as [Server, ...Server[]];
      new ConsulCluster("b", {
        existing: { servers: [{ ...first, ...door, sshHost: output("gate.example") }, ...others] },
      });
    });
    expect(refusals(errors).join()).toMatch(
      /servers\[0\] +is the same host as .* of ConsulCluster/,
    );
  });

  test("on machines of this computer, under one address", async () => {
    const { errors } = await run(() => {
      new ConsulCluster("a", nspawn());
      new ConsulCluster("b", nspawn());
    });
    expect(refusals(errors)[0]).toContain("have 3 problems");
  });

  test("on other hosts, or behind other doors with the same addresses: nothing is said", async () => {
    const behind = (host: string) => ({
      existing: {
        servers: servers().map((server) => ({
          ...server,
          bastion: { host, hostKey: server.hostKey, privateKey: server.privateKey },
        })),
      },
    });
    const { errors } = await run(() => {
      new ConsulCluster("a", behind("eu.example"));
      new ConsulCluster("b", behind("us.example"));
      new ConsulCluster("c", existing());
    });
    expect(refusals(errors)).toEqual([]);
  });
});

test("client agents on a server's host, whichever of the two is made first", async () => {
  const { errors } = await run(() => {
    new ConsulCluster("a", existing(5));
    new ConsulClient("w", {
      servers: ["10.0.0.11"],
      gossipKey: givenKey,
      existing: { hosts: clientHosts() },
    });
  });
  expect(refusals(errors)[0]).toMatch(
    /existing\.hosts\[0\] +is the same host as existing\.servers\[3\] of ConsulCluster a/,
  );
});

test("two components that are wrong later than at once are both told", async () => {
  const { errors } = await run(() => {
    for (const name of ["a", "b"])
      new ConsulCluster(name, {
        existing: { servers: name === "a" ? servers() : elsewhere({}) },
        datacenter: output("NOT ONE"),
      });
  });
  for (const name of ["a", "b"])
    expect(refusals(errors).join()).toContain(`of ConsulCluster ${name} `);
});
