import { connect } from "node:net";

/** Where an SSH server is to say something first. */
export interface Door {
  host: string;
  port: number;
}

/** All in milliseconds. */
export interface Limits {
  /** Before the first look, and between two of them. */
  first: number;
  pause: number;
  /** For a word, once connected. */
  answer: number;
  /** How long it has to have said nothing, at every look. */
  silence: number;
}

/**
 * Does it accept a connection and say nothing? One that refuses it, or is away, is none: a dial ends there by itself. No key
 * is needed: an SSH server speaks first.
 */
function isSilent({ host, port }: Door, limit: number): Promise<boolean> {
  return new Promise((resolve) => {
    let isOpen = false;
    const socket = connect({ host, port });
    const end = (silent: boolean) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(silent);
    };
    const timer = setTimeout(() => end(isOpen), limit);
    socket.once("connect", () => {
      isOpen = true;
    });
    for (const event of ["data", "error", "close"]) socket.once(event, () => end(false));
  });
}

/** Looks at it until it is stopped, or has been silent for too long. Keeps no program alive. */
export function watchDoor(door: Door, limits: Limits, onSilent: () => void): () => void {
  let stopped = false;
  let since: number | undefined;
  let timer = setTimeout(look, limits.first).unref();
  async function look() {
    const now = Date.now();
    const silent = await isSilent(door, limits.answer);
    if (stopped) return;
    since = silent ? (since ?? now) : undefined;
    if (since !== undefined && Date.now() - since >= limits.silence) return onSilent();
    timer = setTimeout(look, limits.pause).unref();
  }
  return () => {
    stopped = true;
    clearTimeout(timer);
  };
}
