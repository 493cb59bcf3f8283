/**
 * Makes Markdown fit: what is folded goes first, from the end on (Pulumi's own list, then the whole settings of new
 * servers), then the last lines. Whatever is left out is said.
 *
 * @param {string} markdown
 * @param {number} limit in characters
 * @param {string} link where it stands whole
 */
export function shorten(markdown, limit, link) {
  let text = markdown;
  while (text.length > limit) {
    const shorter = withoutLastFold(text, link);
    if (shorter === undefined) return cut(text, limit, link);
    text = shorter;
  }
  return text;
}

/** @param {string} link */
const elsewhere = (link) => `[the run](${link}) has all of it`;

/** @type {(text: string, link: string) => string | undefined} */
function withoutLastFold(text, link) {
  const start = text.lastIndexOf("<details>");
  const end = text.indexOf("</details>", start);
  if (start < 0 || end < 0) return undefined;
  const title = /<summary>(.*)<\/summary>/.exec(text.slice(start, end))?.[1] ?? "";
  const said = `*${title}: too long for a comment, ${elsewhere(link)}.*`;
  return text.slice(0, start) + said + text.slice(end + "</details>".length);
}

/** @type {(text: string, limit: number, link: string) => string} */
function cut(text, limit, link) {
  const said = `\n\n**This plan is too long for a comment and is cut here: ${elsewhere(link)}.**\n`;
  // Room for the end of a fence as well.
  const kept = text.slice(0, limit - said.length - 12);
  const lines = kept.slice(0, kept.lastIndexOf("\n") + 1 || kept.length);
  return `${lines}${openFence(lines)}${said}`;
}

/**
 * What ends the fence that is open at the end of the text, if any.
 *
 * @param {string} text
 */
function openFence(text) {
  let open = "";
  for (const [, ticks = "", rest] of text.matchAll(/^(`{3,})(.*)$/gm)) {
    if (open === "") open = ticks;
    else if (ticks.length >= open.length && rest?.trim() === "") open = "";
  }
  return open === "" ? "" : `${open}\n`;
}
