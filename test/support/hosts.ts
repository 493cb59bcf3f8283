import { mirrorSettings } from "../../lab/mirror/mirror";
import { BareHosts } from "./bareHosts";
import { ConsulApi } from "./consul";
import { processesOn, sshOutput } from "./machines";
import { type Settings, TestStack } from "./stack";

/** A server of `existing`, as a stack file has it. */
type Server = Record<string, unknown> & { name: string };

/** A cluster on hosts that stand before their stack does, and after it. */
export class HostsCluster {
  readonly stack: TestStack;
  readonly hosts: BareHosts;
  readonly names: string[];
  private servers: Server[] = [];

  /** `addresses`: of the hosts, by name. */
  constructor(
    readonly name: string,
    readonly addresses: Record<string, string>,
  ) {
    this.names = Object.keys(addresses);
    this.hosts = new BareHosts(name);
    this.stack = new TestStack(name, {});
  }

  /** Makes the hosts, with nothing on them. */
  async make(): Promise<void> {
    const made = await this.hosts.create(
      ...this.names.map((name) => ({ name, address: this.addresses[name] as string })),
    );
    this.servers = this.names.map((name, index) => this.serverOf(name, made[index]?.hostKey ?? ""));
    this.set({});
  }

  /** Makes one host anew, under its old name and address. */
  async makeAnew(name: string): Promise<void> {
    const address = this.addresses[name] as string;
    const [made] = await this.hosts.createAgain({ name, address });
    this.change(name, { hostKey: made?.hostKey });
  }

  /** What the settings say of one server. */
  server(name: string): Server {
    return this.servers.find((server) => server.name === name) as Server;
  }

  /** Changes what the settings say of one server. */
  change(name: string, change: Settings): void {
    this.servers = this.servers.map((server) =>
      server.name === name ? { ...server, ...change } : server,
    );
    this.set({});
  }

  /** Settings beside those that are there. */
  set(more: Settings): void {
    this.stack.settings = {
      ...this.stack.settings,
      ...more,
      existing: { servers: this.servers },
      ...mirrorSettings,
    };
  }

  /** The settings that a change of one server would leave. */
  changed(name: string, change: Settings): Settings {
    const before = this.stack.settings;
    this.change(name, change);
    const after = this.stack.settings;
    this.stack.settings = before;
    return after;
  }

  on(name: string, command: string): Promise<string> {
    return sshOutput(this.name, name, command);
  }

  api(name: string): ConsulApi {
    return new ConsulApi(this.addresses[name] as string);
  }

  processes(...names: string[]): Promise<string[]> {
    return processesOn(this.name, names);
  }

  /** Drops the stack's state, whatever of it is still there, and takes the hosts away. */
  async remove(): Promise<void> {
    await this.stack.forget();
    await this.hosts.remove();
  }

  private serverOf(name: string, hostKey: string): Server {
    const privateKeyFile = this.hosts.keyFile;
    return { name, address: this.addresses[name], user: "admin", privateKeyFile, hostKey };
  }
}
