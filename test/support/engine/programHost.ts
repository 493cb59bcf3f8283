import { type ChildProcess, fork } from "node:child_process";
import { join } from "node:path";
import * as grpc from "@grpc/grpc-js";
import { LanguageRuntimeService } from "@pulumi/pulumi/proto/language_grpc_pb";
import {
  GetRequiredPackagesResponse,
  type RunRequest,
  RunResponse,
} from "@pulumi/pulumi/proto/language_pb";
import { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import { projectFolder } from "../../../lab/system/project";
import { listen } from "../grpcServer";

/** A language host that hands each run of a program to a process which has the SDK loaded. */
export class ProgramHost {
  private readonly idle: ChildProcess[] = [];
  private readonly all = new Set<ChildProcess>();

  private constructor(private readonly server: grpc.Server) {}

  /** Its address, for `pulumi up --client`, and what ends it. */
  static async start(): Promise<{ address: string; stop(): void }> {
    const server = new grpc.Server();
    const host = new ProgramHost(server);
    server.addService(LanguageRuntimeService, {
      getRequiredPackages: answering(() => new GetRequiredPackagesResponse()),
      getPluginInfo: answering(() => new PluginInfo().setVersion("1.0.0")),
      run: (call: Call, done: grpc.sendUnaryData<RunResponse>) => host.run(call, done),
    });
    return { address: await listen(server), stop: () => host.stop() };
  }

  private run(call: Call, done: grpc.sendUnaryData<RunResponse>): void {
    const runner = this.idle.pop() ?? this.startRunner();
    const killed = () => runner.kill();
    const ended = () => done(null, new RunResponse().setError("the program's process has ended"));
    // Whose CLI is gone does not go on.
    call.on("cancelled", killed);
    runner.once("exit", ended);
    runner.once("message", (failed: boolean) => {
      call.off("cancelled", killed);
      runner.off("exit", ended);
      // What a failed run has left in its process no other one shall find.
      if (failed) runner.kill();
      else this.idle.push(runner);
      // It has been logged: the CLI shall not add a word.
      done(null, new RunResponse().setBail(failed));
    });
    runner.send(call.request.serializeBinary());
  }

  private startRunner(): ChildProcess {
    const runner = fork(join(__dirname, "runner.ts"), {
      cwd: projectFolder,
      execArgv: ["--import", "tsx"],
      serialization: "advanced",
    });
    this.all.add(runner);
    runner.once("exit", () => {
      this.all.delete(runner);
      const place = this.idle.indexOf(runner);
      if (place >= 0) this.idle.splice(place, 1);
    });
    return runner;
  }

  private stop(): void {
    this.server.forceShutdown();
    for (const runner of this.all) runner.disconnect();
  }
}

type Call = grpc.ServerUnaryCall<RunRequest, RunResponse>;

function answering<Answer>(answer: () => Answer) {
  return (_call: unknown, done: grpc.sendUnaryData<Answer>) => done(null, answer());
}
