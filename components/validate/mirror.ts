import { pathTrouble } from "./paths";
import { problem, show } from "./problem";
import { text } from "./values";

/** Where releases are fetched from. */
export const checkMirror = text((mirror, path) => {
  const url = URL.canParse(mirror) ? new URL(mirror) : undefined;
  const trouble = mirrorTrouble(mirror, url);
  return trouble === undefined ? [] : problem(path, `${shownMirror(mirror)} ${trouble}`);
}, "a URL");

/** What neither a shell nor curl, which expands brackets, takes for more than a character. */
const PLAIN_URL = /^[a-z]+:(\/\/\[[0-9A-Fa-f:.]+\])?[\w.~:/@!+,=%-]*$/;

/** A mirror may carry a password before an `@` or a token behind a `?`: neither is shown. */
function shownMirror(mirror: string): string {
  return mirror.includes("@") ? "the URL" : show(mirror.replace(/[?#].*$/s, ""));
}

function mirrorTrouble(mirror: string, url: URL | undefined): string | undefined {
  if (mirror.startsWith("/")) return "is a path; for a folder on the servers write file:///...";
  if (url === undefined) return 'is not a URL; give one that starts with "https://" or "file:///"';
  if (url.username !== "" || url.password !== "") {
    return "holds a user or password, which would stand in plain on every server; give it without";
  }
  if (url.protocol === "http:") {
    return "is not encrypted; give https:// or file://";
  }
  if (url.protocol !== "https:" && url.protocol !== "file:") {
    return `has the scheme ${show(url.protocol)}; give https:// or file://`;
  }
  if (!PLAIN_URL.test(mirror)) {
    return "holds a character that has no place here (a space, a quote, a query); give a plain URL";
  }
  if (mirror.endsWith(".zip")) return "is a file; give the folder of the versions' folders";
  if (/\/\d+\.\d+\.\d+[^/]*\/?$/.test(mirror)) {
    return "ends in a version; give the folder above, the version is added to it";
  }
  return url.protocol === "file:" ? fileTrouble(mirror) : httpsTrouble(mirror);
}

function httpsTrouble(mirror: string): string | undefined {
  return mirror.startsWith("https://") ? undefined : 'must start with "https://"';
}

function fileTrouble(mirror: string): string | undefined {
  if (!mirror.startsWith("file:///")) {
    return "has no absolute path; write three slashes: file:///path/on/the/server";
  }
  const trouble = pathTrouble(mirror.slice("file://".length).replace(/(?<=.)\/+$/, ""));
  return trouble && `names a path that ${trouble}`;
}
