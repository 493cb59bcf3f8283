import { isCaStep } from "../settings/tlsModes";
import { type PreviewStep, type ResourceState, textOf } from "./preview";
import type { Warning } from "./warnings";

/** What the guard of a cluster with TLS notes. */
interface Noted {
  mode: string;
  /** Its CAs by name: the first one signs, all are trusted. */
  authorities: string[];
  domain: string;
}

/** What becomes of the CAs and of the name by which servers know each other, where there is TLS before and after. */
export function guardedTls(guard: PreviewStep | undefined): Warning[] {
  const [was, is] = [guard?.oldState, guard?.newState].map(notedIn);
  return was && is ? [...ofAuthorities(was, is), ...ofDomain(was, is)] : [];
}

function ofAuthorities(was: Noted, is: Noted): Warning[] {
  if (was.authorities.join() === is.authorities.join()) return [];
  const what = `CAs of \`tls\`, ${listed(was.authorities)} → ${listed(is.authorities)}`;
  if (was.mode !== "required" || is.mode !== "required")
    return refused(
      `${what} are`,
      "they change in the mode `required` alone. Instead: two runs, one for the mode",
    );
  if (!isCaStep(was.authorities, is.authorities))
    return refused(
      `${what} are`,
      "servers on either side of the change would not trust each other. Instead: the other one is trusted first, then signs, and then stands alone, each in a run",
    );
  return [
    {
      text: `${what}: whoever asks the servers over HTTPS takes the \`caCertificate\` of this run before another CA signs, and so does each \`ConsulClient\`, in its stack's next run`,
    },
  ];
}

function ofDomain(was: Noted, is: Noted): Warning[] {
  if (was.domain === is.domain) return [];
  return refused(
    `\`domain\` ${was.domain} → ${is.domain} is`,
    "with `tls` it stands in the name by which servers know each other. Instead: back to no TLS, one step a run, before it",
  );
}

function refused(what: string, why: string): Warning[] {
  const text = `${what} refused before any host is reached, because ${why}`;
  return [{ danger: "fixed-settings", refused: true, text }];
}

function notedIn(state: ResourceState | undefined): Noted | undefined {
  const text = textOf(state, "stdin") ?? "";
  const noted = (name: string) => new RegExp(`^setting ${name} (.*)$`, "m").exec(text)?.[1];
  const [mode, names, domain] = [noted("tls"), noted("tls\\.caCertificate"), noted("tls\\.domain")];
  return mode === undefined || names === undefined || domain === undefined
    ? undefined
    : { mode, authorities: names.split("+"), domain };
}

function listed(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(" and ");
}
