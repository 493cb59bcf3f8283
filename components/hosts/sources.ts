import { aws } from "./aws";
import type { AwsSource } from "./aws/args";
import { existing } from "./existing";
import type { ExistingClientSource, ExistingSource } from "./existing/args";
import { nspawn } from "./nspawn";
import type { NspawnClientSource, NspawnSource } from "./nspawn/args";
import type { Source } from "./source";

export type * from "./aws/args";
export type * from "./existing/args";
export type * from "./nspawn/args";
export type * from "./perServer/args";
export type * from "./ssh/args";

/** Where the machines come from: exactly one of these. */
export interface HostSources extends NspawnSource, ExistingSource, AwsSource {}

/** The same of client agents. */
export interface ClientSources extends ExistingClientSource, NspawnClientSource {}

/** Where hosts come from, in the order in which they are named to people. Everything else reads this list. */
const sources: readonly Source[] = [nspawn, existing, aws];

export default sources;
