import { isCaStep } from "../render/tls";
import { type PreviewStep, type ResourceState, textOf } from "./preview";
import type { Warning } from "./warnings";

/** What becomes of the CAs of a cluster with TLS, which its guard notes by name: the first one signs, all are trusted. */
export function authorityWarnings(guard: PreviewStep | undefined): Warning[] {
  const [was, is] = [guard?.oldState, guard?.newState].map(authoritiesIn);
  if (!was || !is || was.names.join() === is.names.join()) return [];
  const what = `CAs of \`tls\`, ${listed(was.names)} → ${listed(is.names)}`;
  const refused = (why: string): Warning[] => [
    {
      danger: "fixed-settings",
      refused: true,
      text: `${what} are refused before any host is reached, because ${why}`,
    },
  ];
  if (was.mode !== "required" || is.mode !== "required")
    return refused("they change in the mode `required` alone. Instead: two runs");
  if (!isCaStep(was.names, is.names))
    return refused(
      "servers on either side of the change would not trust each other. Instead: the other one is trusted first, then signs, and then stands alone, each in a run",
    );
  return [
    {
      text: `${what}: whoever asks the servers over HTTPS takes the \`caCertificate\` of this run before another CA signs, and so does each \`ConsulClient\`, in its stack's next run`,
    },
  ];
}

function authoritiesIn(state: ResourceState | undefined) {
  const text = textOf(state, "stdin");
  const [, names] = /^setting tls\.caCertificate (.*)$/m.exec(text ?? "") ?? [];
  const [, mode] = /^setting tls (.*)$/m.exec(text ?? "") ?? [];
  return names === undefined ? undefined : { names: names.split("+"), mode };
}

function listed(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(" and ");
}
