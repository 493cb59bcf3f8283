// The files of a client agent, what each change of them costs, and the defaults that args.ts promises.
//
// Does not prove that Consul takes them: test/e2e/12-clients.test.ts does.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { planClients } from "../../../components/client/plan";
import { validateClients } from "../../../components/validate/client";
import { CLIENT_MANAGED_KEYS } from "../../../components/validate/clientManagedKeys";
import { parseInterfaces } from "../../../reference/argsFile";
import { clientArgs, rendered } from "./support";

const json = (text: string | undefined) => JSON.parse(text as string);

describe("the files", () => {
  test("of the defaults", () => {
    const { files } = rendered();
    expect(Object.keys(files)).toEqual([
      "10-client.json",
      "20-reloadable.json",
      "40-neighbours.json",
      "consul.service",
      "environment",
      "facts",
    ]);
    expect(json(files["10-client.json"])).toEqual({
      node_name: "web-1",
      bind_addr: "10.0.0.21",
      advertise_addr: "10.0.0.21",
      datacenter: "dc1",
      domain: "consul",
      data_dir: "/var/consul",
      server: false,
      ports: { dns: 8600, http: 8500, serf_lan: 8301 },
      addresses: { dns: "127.0.0.1", http: "127.0.0.1" },
      disable_update_check: true,
      leave_on_terminate: false,
      skip_leave_on_interrupt: true,
      rejoin_after_leave: true,
      retry_interval: "10s",
    });
    expect(json(files["20-reloadable.json"])).toEqual({ recursors: [], services: [] });
    expect(json(files["40-neighbours.json"])).toEqual({ retry_join: ["10.0.0.11", "10.0.0.12"] });
    expect(files["consul.service"]).toContain("Description=Consul client agent\n");
    expect(files["consul.service"]).toContain("-config-dir=/etc/consul.d/client ");
  });

  test("of services: what is not said is Consul's to say", () => {
    const checks = [
      { http: "http://127.0.0.1/health", timeout: "2s" },
      { tcp: "127.0.0.1:80", interval: "1s", deregisterCriticalServiceAfter: "1h" },
    ];
    const services = [
      { name: "shop", port: 80, tags: ["v1"], meta: { team: "a" }, checks },
      { name: "shop", id: "shop-2", port: 81, address: "10.0.0.99" },
    ];
    expect(json(rendered({ services }).files["20-reloadable.json"]).services).toEqual([
      {
        name: "shop",
        id: "shop",
        port: 80,
        tags: ["v1"],
        meta: { team: "a" },
        checks: [
          { http: "http://127.0.0.1/health", interval: "10s", timeout: "2s" },
          { tcp: "127.0.0.1:80", interval: "1s", deregister_critical_service_after: "1h" },
        ],
      },
      { name: "shop", id: "shop-2", port: 81, address: "10.0.0.99" },
    ]);
  });

  test("a server's port is said where the client's own is another, for Consul takes that", () => {
    const servers = [
      "10.0.0.11",
      "2001:db8::1",
      "consul.example",
      "10.0.0.12:8401",
      "[2001:db8::2]:1",
    ];
    const join = (serfLan?: number) =>
      json(rendered({ servers, ports: { serfLan } }).files["40-neighbours.json"]).retry_join;
    expect(join()).toEqual(servers);
    expect(join(9301)).toEqual([
      "10.0.0.11:8301",
      "[2001:db8::1]:8301",
      "consul.example:8301",
      "10.0.0.12:8401",
      "[2001:db8::2]:1",
    ]);
  });

  test.each([
    ["services", { services: [{ name: "a", port: 1 }] }, "reloadable-settings"],
    ["recursors", { recursors: ["192.0.2.1"] }, "reloadable-settings"],
    ["what it joins", { servers: ["10.0.0.13"] }, "neighbours"],
    ["a port", { ports: { http: 8501 } }, "restart-settings"],
    ["a variable", { environment: { A: "1" } }, "restart-settings"],
    ["the release", { version: "1.21.5" }, "release"],
  ])("%s: one line differs", (_, more, line) => {
    const lines = (text: string) => text.split("\n");
    const before = lines(rendered().wanted);
    const after = lines(rendered(more).wanted).filter((other) => !before.includes(other));
    expect(after).toEqual([expect.stringMatching(`^${line} `)]);
  });
});

describe("what extraConfig may say", () => {
  const paths = (extraConfig: Record<string, unknown>) =>
    validateClients(clientArgs({ extraConfig })).map(({ path }) => path);

  test("Consul's other keys, and the component's better defaults otherwise", () => {
    const extraConfig = { leave_on_terminate: true, ports: { grpc: 8502 }, log_level: "DEBUG" };
    expect(paths(extraConfig)).toEqual([]);
    const { files } = rendered({ extraConfig });
    const { leave_on_terminate, ports } = json(files["10-client.json"]);
    expect({ leave_on_terminate, ports }).toEqual({
      leave_on_terminate: true,
      ports: { dns: 8600, http: 8500, serf_lan: 8301, grpc: 8502 },
    });
    expect(json(files["20-reloadable.json"]).log_level).toBe("DEBUG");
  });

  test.each(CLIENT_MANAGED_KEYS.map(({ key }) => key))("not %s", (key) => {
    const [first, second] = key.split(".") as [string, string?];
    expect(paths({ [first]: second === undefined ? "1" : { [second]: "1" } })).toEqual([
      `extraConfig.${key}`,
    ]);
  });
});

describe("the defaults are those that args.ts promises", () => {
  const file = join(__dirname, "../../../components/client/args.ts");
  const interfaces = parseInterfaces(readFileSync(file, "utf8"));
  const promised = (name: string) =>
    Object.fromEntries(
      (interfaces.get(name)?.own ?? []).flatMap(({ name, default: text }) =>
        // The vendor's key has no text that could stand here.
        text === undefined || text === "none" || name === "signingKey"
          ? []
          : [[name, JSON.parse(text)]],
      ),
    );
  const plan = planClients({});

  test("the settings", () => {
    // What goes with a token that may come late is no part of the plan: client/trust.ts.
    const { aclDefaultPolicy, ...promises } = promised("ClientAgentSettings");
    expect(aclDefaultPolicy).toBe("deny");
    expect(Object.keys(promises).length).toBeGreaterThan(6);
    expect(plan).toMatchObject(promises);
  });

  test("ports and addresses", () => {
    expect(promised("ClientPortsArgs")).toEqual(plan.ports);
    expect(promised("ClientAddressesArgs")).toEqual(plan.addresses);
  });
});
