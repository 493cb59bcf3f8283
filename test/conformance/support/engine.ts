import * as grpc from "@grpc/grpc-js";
import { EngineService } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { type LogRequest, LogSeverity } from "@pulumi/pulumi/proto/engine_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { listen } from "../../support/grpcServer";

export interface LogEntry {
  severity: "debug" | "info" | "warning" | "error";
  message: string;
  /** A status shows while it is the newest only; anything else stays in the run's output. */
  status: boolean;
}

const severities: Record<number, LogEntry["severity"]> = {
  [LogSeverity.DEBUG]: "debug",
  [LogSeverity.INFO]: "info",
  [LogSeverity.WARNING]: "warning",
  [LogSeverity.ERROR]: "error",
};

/** The part of Pulumi's engine that a plugin talks back to: it keeps what the plugin logs. */
export class Engine {
  readonly log: LogEntry[] = [];

  private constructor(
    private readonly server: grpc.Server,
    readonly address: string,
  ) {}

  static async start(): Promise<Engine> {
    const server = new grpc.Server();
    const engine = new Engine(server, await listen(server));
    server.addService(EngineService, {
      log: (
        call: grpc.ServerUnaryCall<LogRequest, Empty>,
        done: grpc.sendUnaryData<Empty>,
      ): void => {
        engine.log.push({
          severity: severities[call.request.getSeverity()] ?? "error",
          message: call.request.getMessage(),
          status: call.request.getEphemeral(),
        });
        done(null, new Empty());
      },
    });
    return engine;
  }

  stop(): void {
    this.server.forceShutdown();
  }
}
