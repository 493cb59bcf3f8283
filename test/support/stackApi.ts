import { type Access, ConsulApi } from "./consul";
import { placesOf } from "./doors";
import type { TestStack } from "./stack";

/** One server of a stack, asked as the stack's settings have it: over HTTPS, with the management token, or in plain. */
export class StackApi extends ConsulApi {
  constructor(
    private readonly stack: TestStack,
    host: string,
  ) {
    super(host);
  }

  protected override async door(): Promise<Access & { address: string }> {
    const { token, ca } = await this.stack.access();
    const [place] = placesOf(this.stack.settings);
    if (place === undefined) throw new Error(`${this.address} is asked on its host alone`);
    const { port, https } = place;
    return { address: `${this.address}:${port}`, token, ca: https ? ca : undefined };
  }
}
