import { type Server, ServerCredentials } from "@grpc/grpc-js";

/** Has it listen on this computer alone, at any port: its address. */
export function listen(server: Server): Promise<string> {
  return new Promise((resolve, reject) =>
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) =>
      error ? reject(error) : resolve(`127.0.0.1:${port}`),
    ),
  );
}
