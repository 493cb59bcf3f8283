import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { PlainArgs } from "../../../components/cluster/args";
import { type ClusterPlan, planCluster, type ServerPlan } from "../../../components/cluster/plan";
import { renderServerAcl, rotationLabel } from "../../../components/render/acl";
import type { Files } from "../../../components/render/files";
import {
  renderDesired,
  renderSecretFiles,
  renderServerFiles,
} from "../../../components/render/server";
import { renderTlsFiles } from "../../../components/render/tls";
import type { Program } from "../../../components/steps/scripts";
import { type Agents, fakeConsul } from "../../support/curl/fakeConsul";
import { aclSecretsOf, gossipKey, label, owner, servers, tlsMaterialOf } from "../render/cases";
import { functionsOf, library, releaseFunctions, runShell, temporaryFolder } from "./shell";

/** The places that the scripts know on a host, and what they are below the folder of a test; the longer names first. */
const places: readonly [string, string][] = [
  ["/usr/local/lib/consul-cluster", "library"],
  ["/usr/local/lib/consul", "releases"],
  ["/usr/local/bin/consul", "consul"],
  ["/var/lib/consul-cluster/server", "state"],
  ["/var/lib/consul-cluster/snapshots", "snapshots"],
  ["/run/consul-cluster", "run"],
  ["/etc/systemd/system/consul.service", "unit"],
  ["/etc/sysconfig/consul", "environment"],
];

/** One server's set, as the program renders it. */
export interface RenderedSet {
  plan: ClusterPlan;
  config: Files;
  secrets: Files;
  /** The desired text, which an activation gets. */
  desired: string;
}

/** What a set says beyond the cluster's settings. */
export interface SetOptions {
  key?: string;
  label?: string;
  /** Of the tokens; those of the golden files where nothing is said. */
  seed?: string;
  tokensLabel?: string;
  /** Of the tokens, and the one before it. */
  rotation?: number;
  rotationBefore?: number;
  /** Of the files in test/support/tls. */
  certificate?: string;
  certificateLabel?: string;
  /** Which of the servers the host is: the first one is 0. */
  index?: number;
}

/**
 * Runs of functions of the hosts' scripts, as they stand, on folders of a test. No service runs, `systemctl` is a
 * function that says what a test has it say, and whoever is asked over HTTP is an agent of the test's.
 */
export class Host {
  readonly folder = temporaryFolder();
  /** What systemd says of the service, `PROPERTY` by its value; a MainPID of 0: nothing runs. */
  service: Record<string, string | number> = { MainPID: 4711, NRestarts: 0, SubState: "running" };
  /** Who answers over HTTP. */
  agents: Agents = {};

  constructor() {
    for (const folder of ["state", "run", "data", "releases"])
      mkdirSync(join(this.folder, folder), { recursive: true });
    this.write("state/owner", `id=${owner}\nname=project/stack/component\n`);
  }

  /** Arguments of a cluster whose folders lie on this host. */
  args(more: PlainArgs = {}): PlainArgs {
    return {
      existing: servers("10.0.0.11", "10.0.0.12", "10.0.0.13"),
      dataDir: join(this.folder, "data"),
      configDir: join(this.folder, "config"),
      ...more,
    };
  }

  render(more: PlainArgs = {}, options: SetOptions = {}): RenderedSet {
    const plan = planCluster(this.args(more));
    const server = plan.servers[options.index ?? 0] as ServerPlan;
    const config = renderServerFiles(plan, server);
    const acl = aclSecretsOf(plan, server.name, options);
    const tls = tlsMaterialOf(plan, options);
    const about = { version: plan.version, wipeData: server.wipeData };
    return {
      plan,
      config,
      secrets: renderSecretFiles(
        options.key ?? gossipKey,
        options.label ?? label,
        owner,
        acl && renderServerAcl(acl),
        tls && renderTlsFiles(tls),
      ),
      desired: renderDesired(about, config, options.label ?? label, {
        tokens: acl && (options.tokensLabel ?? "made"),
        aclRotation: acl && rotationLabel(options.rotation),
        certificate: tls?.label,
      }),
    };
  }

  /** Lays the set beside what runs, as the steps before an activation do. */
  stage(set: RenderedSet): RenderedSet {
    for (const [name, text] of Object.entries(set.config))
      this.write(`state/staged/config/${name}`, text);
    for (const [name, text] of Object.entries(set.secrets))
      this.write(`state/staged/secrets/${name}`, text);
    this.write(`releases/${set.plan.version}/consul`, "", 0o755);
    this.write("state/wanted", set.desired);
    return set;
  }

  /** Has the set run here, as far as a host remembers it. */
  apply(set: RenderedSet): RenderedSet {
    this.write("state/active", set.desired);
    this.write("state/facts", set.config.facts as string);
    this.write("state/data", `${set.plan.dataDir}\n`);
    return set;
  }

  write(path: string, text: string, mode?: number): void {
    mkdirSync(dirname(join(this.folder, path)), { recursive: true });
    writeFileSync(join(this.folder, path), text, { mode });
  }

  read(path: string): string {
    return readFileSync(join(this.folder, path), "utf8");
  }

  /** What becomes of a call of a script's functions; `library` and `release` are scripts here, too. */
  run(script: Program | "library" | "release", call: string, input = "") {
    const functions =
      script === "library"
        ? library
        : script === "release"
          ? releaseFunctions
          : functionsOf(script);
    const here = places.reduce(
      (text, [from, to]) => text.replaceAll(from, join(this.folder, to)),
      functions,
    );
    const properties = Object.entries(this.service).map(
      ([name, value]) => `*" ${name} "*) echo '${value}' ;;`,
    );
    const consul = fakeConsul(this.agents);
    const result = runShell(
      `set -eu
      ${here}
      systemctl() {
        case " $* " in
          ${properties.join("\n")}
          *" is-active "*) echo inactive; return 3 ;;
          *" is-enabled "*) echo disabled; return 1 ;;
          *" is-failed "*) return 1 ;;
        esac
      }
      journalctl() { :; }
      runuser() { :; }
      api='' via='' name=consul-1
      ${call}`,
      [this.folder],
      { input, bin: consul.bin },
    );
    return { ...result, requests: consul.requests(), headers: consul.headers() };
  }

  /** What a call prints, without the last line break; one that fails is an error with what it says. */
  says(script: Parameters<Host["run"]>[0], call: string, input = ""): string {
    const { status, stdout, stderr } = this.run(script, call, input);
    if (status !== 0) throw new Error(`ended with ${status}: ${stdout}${stderr}`);
    return stdout.replace(/\n$/, "");
  }

  /** Whether a predicate holds; it prints nothing. */
  holds(script: Parameters<Host["run"]>[0], question: string): boolean {
    const { status, stdout, stderr } = this.run(script, `if ${question}; then exit 0; fi; exit 9`);
    if (stdout !== "" || (status !== 0 && status !== 9))
      throw new Error(`${question} is a question, and ended with ${status}: ${stdout}${stderr}`);
    return status === 0;
  }
}
