import { connect } from "node:net";
import { type ConnectionOptions, connect as dial } from "node:tls";

const patience = 5000;

/**
 * How it ends for somebody who dials a port over TLS and says something: the code of the error, or "ended" where the other
 * side has just hung up, or what it says.
 */
export function overTls(options: ConnectionOptions): Promise<string> {
  return talk((say) => {
    const socket = dial({ servername: "server.dc1.consul", ...options }, () => socket.write(hello));
    return heard(socket, say);
  });
}

/** The same in plain text. */
export function inPlain(host: string, port: number): Promise<string> {
  return talk((say) => {
    const socket = connect({ host, port }, () => socket.write(hello));
    return heard(socket, say);
  });
}

const hello = "GET /v1/agent/self HTTP/1.0\r\n\r\n";

type Socket = ReturnType<typeof connect>;

function heard(socket: Socket, say: (word: string) => void): Socket {
  socket.on("error", (error: Error & { code?: string }) => say(error.code ?? error.message));
  socket.on("data", (data) => say(data.toString().split("\r\n")[0] as string));
  return socket.on("close", () => say("ended"));
}

/** The first word counts. */
function talk(start: (say: (word: string) => void) => Socket): Promise<string> {
  return new Promise((resolve) => {
    const socket = start((word) => {
      clearTimeout(limit);
      resolve(word);
      socket.destroy();
    });
    const limit = setTimeout(() => {
      resolve("nothing");
      socket.destroy();
    }, patience);
  });
}
